import type { DevboxEvent, Emit } from './events.ts';
import { eventText } from './events-text.ts';
import type { Live } from './ink/index.tsx';
import { createNewsFilter } from './news.ts';
import { plainLine } from './plain.ts';
import type { Write } from './writer.ts';

/** Where events go while a command runs. */
export interface Progress {
  readonly emit: Emit;
  /** Ends what is being shown and leaves the cursor on an empty line; later events begin anew. */
  release(): Promise<void>;
}

export interface PlainProgressOptions {
  readonly write: Write;
  readonly color: boolean;
  /** Events that are told at all. */
  readonly wants: (event: DevboxEvent) => boolean;
}

/** One line for each event that is news. Lines are not wrapped: a terminal does that itself. */
export function plainProgress({ write, color, wants }: PlainProgressOptions): Progress {
  const isNews = createNewsFilter();
  let written = Promise.resolve();
  return {
    emit(event) {
      if (!wants(event) || !isNews(event)) return;
      const line = plainLine(eventText(event), { columns: Number.POSITIVE_INFINITY, color });
      written = Promise.all([written, write(line)]).then(
        () => undefined,
        // Nobody can be told that the place for warnings is gone; the command's outcome is not changed by it.
        () => undefined,
      );
    },
    release: () => written,
  };
}

export interface LiveProgressOptions {
  /** Starts a live area; takes about 100 ms the first time, while Ink is loaded. */
  readonly start: () => Promise<Live>;
  /** Takes over where a live area did not come about in time, or at all. */
  readonly fallback: Progress;
}

/** Events in a live area, which starts with the first event. Events wait in a queue until it has started. */
export function liveProgress({ start, fallback }: LiveProgressOptions): Progress {
  let current: Session | undefined;
  return {
    emit(event) {
      current ??= startSession(start, fallback);
      current.emit(event);
    },
    async release() {
      const ending = current;
      current = undefined;
      await ending?.release();
    },
  };
}

type Session = Progress;

function startSession(start: () => Promise<Live>, fallback: Progress): Session {
  const queue: DevboxEvent[] = [];
  let live: Live | undefined;
  let target: Emit = (event) => queue.push(event);
  const divert = (emit: Emit): void => {
    target = emit;
    for (const event of queue.splice(0)) emit(event);
  };
  let released = false;
  start().then(
    async (started) => {
      if (released) return started.stop();
      live = started;
      divert(started.handle);
    },
    () => divert(fallback.emit),
  );
  return {
    emit: (event) => target(event),
    async release() {
      released = true;
      if (live) await live.stop();
      else divert(fallback.emit);
      await fallback.release();
    },
  };
}
