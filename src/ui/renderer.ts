import type { Clock } from '../base/clock.ts';
import type { Output } from '../base/context.ts';
import type { DevboxError } from '../base/errors.ts';
import { withoutColours } from '../base/text.ts';
import { isMilestone } from './activity.ts';
import { errorCard, errorJson } from './error-card.ts';
import type { DevboxEvent, Emit } from './events.ts';
import { type PlainOptions, plainCards, plainLine, plainView } from './plain.ts';
import { liveProgress, type Progress, plainProgress } from './progress.ts';
import type { ResultLine, View } from './view.ts';
import { startWatch, type Watch } from './watch.ts';
import { createWriter, type Write } from './writer.ts';

export type Mode = 'cards' | 'json' | 'quiet';

export interface RendererOptions {
  readonly mode: Mode;
  /** Whether colour is wanted; an output that is no terminal gets none anyway. */
  readonly color: boolean;
  /** Whether the terminal can move its cursor: false for `TERM=dumb`. Without it nothing is drawn twice. */
  readonly live: boolean;
  readonly stdout: Output;
  readonly stderr: Output;
  readonly clock: Clock;
}

/** Shows what a command says: its events and errors on stderr, its result on stdout. */
export interface Renderer {
  /** Takes an event; never throws and never waits. */
  readonly emit: Emit;
  /** Takes the events of one of several things that run at once: plain lines that begin with this text. */
  labelled(label: string): Emit;
  /** Starts loading what will certainly be needed, so that it is there when the command has its answer. */
  prepare(): void;
  /**
   * Shows a result, in the form of the mode; an empty line sets a second one off from the first.
   * @throws DevboxError `output/failed` where stdout takes nothing.
   */
  show(view: View): Promise<void>;
  /**
   * Shows lines below those before, as they come; with `--json` an object a line.
   * @returns whether anybody still reads.
   */
  append(lines: readonly ResultLine[]): Promise<boolean>;
  /**
   * Shows a view that is watched: on a terminal in the place of the one before, elsewhere below it, with `--json` as an
   * object on one line.
   * @returns whether anybody still reads.
   */
  replace(view: View): Promise<boolean>;
  /** Shows an error, as a card or as JSON. */
  fail(error: DevboxError): Promise<void>;
  /** Leaves the terminal clean: before a child process takes it, and at the end. May be called more than once. */
  release(): Promise<void>;
}

/** The renderer for a mode and the outputs that there are. */
export function createRenderer(options: RendererOptions): Renderer {
  const { mode, stdout, stderr } = options;
  const write = createWriter(stdout.stream);
  const writeError = quietly(createWriter(stderr.stream));
  const plain = plainProgress({
    write: writeError,
    color: options.color && stderr.isTTY,
    wants: wanted[mode],
  });
  const drawsProgress = mode === 'cards' && options.live && stderr.isTTY;
  const drawsCards = mode === 'cards' && options.live && stdout.isTTY;
  const progress: Progress = drawsProgress
    ? liveProgress({
        start: async () => (await loadInk()).startLive({ ...options, output: stderr }),
        fallback: plain,
      })
    : plain;
  let hasStory = false;
  let watch: Watch | undefined;
  const labelled: Progress[] = [];
  const used = new Set<Output>();
  // What is shown comes out in the order in which it was asked for, each whole.
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = last.then(work);
    last = mine.catch(() => undefined);
    return mine;
  };

  async function endProgress(): Promise<void> {
    await Promise.all([progress, ...labelled].map((each) => each.release()));
  }

  async function release(): Promise<void> {
    await endProgress();
    const watched = watch;
    watch = undefined;
    await watched?.stop();
  }

  /**
   * Ends progress; an empty line sets off what follows from the lines that progress left on a terminal, and from what
   * was shown on the same output before.
   */
  async function endStory(next: Output): Promise<void> {
    await release();
    if (mode === 'cards' && hasStory && stderr.isTTY && next.isTTY) await writeError('\n');
    else if (mode === 'cards' && used.has(next)) await (next === stdout ? write('\n') : writeError('\n'));
    hasStory = false;
    used.add(next);
  }

  return {
    emit(event) {
      hasStory ||= drawsProgress ? isMilestone(event) : wanted[mode](event);
      progress.emit(event);
    },
    labelled(label) {
      const begin = (text: string): string => text.replace(/^(?=.)/gm, `${label} `);
      const lines = plainProgress({
        write: (text) => writeError(begin(text)),
        color: options.color && stderr.isTTY,
        wants: wanted[mode],
      });
      labelled.push(lines);
      return (event) => {
        hasStory ||= wanted[mode](event);
        lines.emit(event);
      };
    },
    prepare() {
      if (drawsCards) loadInk().catch(() => undefined);
    },
    show: (view) =>
      inTurn(async () => {
        await endStory(stdout);
        if (drawsCards && view.cards.length > 0 && !view.lines) {
          const { printCards } = await loadInk();
          await write(printCards(view, plainOptions(options, stdout)));
        } else {
          await write(viewText(view, options));
        }
      }),
    append: (lines) =>
      inTurn(async () => {
        await endProgress();
        return write(linesText(lines, options));
      }),
    replace: (view) =>
      inTurn(async () => {
        if (drawsCards) {
          await endProgress();
          watch ??= startWatch({ output: stdout, write, color: options.color });
          return watch.show(view);
        }
        const isFirst = !used.has(stdout);
        used.add(stdout);
        if (mode === 'json') return write(jsonLine(view.json));
        return write(`${isFirst || mode === 'quiet' ? '' : '\n'}${viewText(view, options)}`);
      }),
    fail: (error) =>
      inTurn(async () => {
        await endStory(stderr);
        await writeError(
          mode === 'json'
            ? jsonText(errorJson(error))
            : plainCards([errorCard(error)], plainOptions(options, stderr)),
        );
      }),
    release,
  };
}

/** Ink and React take about 100 ms to load, so this is the one place that does. */
const loadInk = () => import('./ink/index.tsx');

/** The events that a mode tells. Whoever waits for `--json` wants to know why it takes so long. */
const wanted: Readonly<Record<Mode, (event: DevboxEvent) => boolean>> = {
  cards: () => true,
  json: ({ type }) => type === 'notice' || type === 'retrying' || type === 'poll-failed',
  quiet: (event) => event.type === 'notice' && event.level === 'warning',
};

function viewText(view: View, { mode, color, stdout }: RendererOptions): string {
  switch (mode) {
    case 'json':
      return jsonText(view.json);
    case 'quiet':
      if (view.lines) return linesText(view.lines, { mode: 'quiet', color, stdout });
      return view.quiet.map((identifier) => `${identifier}\n`).join('');
    case 'cards': {
      if (view.lines)
        return `${plainCards(view.cards, plainOptions({ color }, stdout))}${linesText(view.lines, { mode: 'cards', color, stdout })}`;
      const isEmpty = view.cards.length === 0 && (view.footer ?? []).length === 0;
      if (view.raw !== undefined && (!stdout.isTTY || isEmpty)) {
        return view.raw.endsWith('\n') ? view.raw : `${view.raw}\n`;
      }
      return plainView(view, plainOptions({ color }, stdout));
    }
  }
}

function linesText(
  lines: readonly ResultLine[],
  { mode, color, stdout }: Pick<RendererOptions, 'mode' | 'color' | 'stdout'>,
): string {
  if (mode === 'json') return lines.map(({ json }) => jsonLine(json)).join('');
  // Nothing is wrapped: a terminal does that itself, and what is copied from it stays one line.
  const plain = { columns: Number.POSITIVE_INFINITY, color: color && stdout.isTTY };
  const text = lines.map((line) => plainLine(line.text, plain)).join('');
  return plain.color ? text : withoutColours(text);
}

/** Only a terminal gets colour and has an edge to wrap at; one that does not know its width gets 80 columns. */
function plainOptions({ color }: { readonly color: boolean }, output: Output): PlainOptions {
  return output.isTTY
    ? { color, columns: output.columns || 80 }
    : { color: false, columns: Number.POSITIVE_INFINITY };
}

/** JSON for a file or a person: characters that a terminal would obey are written as escapes. */
function jsonText(value: unknown, indent = 2): string {
  const json = JSON.stringify(value, null, indent) ?? 'null';
  return `${json.replace(/[\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g, escapeCharacter)}\n`;
}

const jsonLine = (value: unknown): string => jsonText(value, 0);

function escapeCharacter(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** Where even stderr fails there is nowhere left to say so. */
function quietly(write: Write): Write {
  return (text) => write(text).catch(() => false);
}
