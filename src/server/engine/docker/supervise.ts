import * as z from 'zod/mini';
import type { EngineClient } from './client.ts';
import { boxLabel, serverLabel } from './labels.ts';

const eventSchema = z.object({
  Action: z.string(),
  timeNano: z.nullish(z.number()),
  Actor: z.object({ ID: z.string(), Attributes: z.nullish(z.record(z.string(), z.string())) }),
});

/** A program that lives shorter than this so often in a row is not started again, in milliseconds. */
const shortMilliseconds = 10_000;
const maxShortLives = 5;
/** Pause before events are asked for again after the engine was gone, in milliseconds. */
const pauseMilliseconds = 2_000;

/** Counts the short lives of containers, from their beginnings and ends. */
export class Lives {
  readonly #began = new Map<string, number>();
  readonly #short = new Map<string, number>();

  start(container: string, milliseconds: number): void {
    this.#began.set(container, milliseconds);
  }

  /**
   * An end whose beginning is not known says nothing: Podman may tell the end of a program that lives for a moment before its
   * beginning, which then stands for the next one's.
   * @returns how many short lives there were in a row, once these are too many.
   */
  end(container: string, milliseconds: number): number | undefined {
    const began = this.#began.get(container);
    if (began === undefined) return undefined;
    this.#began.delete(container);
    const count = milliseconds - began < shortMilliseconds ? (this.#short.get(container) ?? 0) + 1 : 0;
    if (count > 0 && count < maxShortLives) this.#short.set(container, count);
    else this.#short.delete(container);
    return count >= maxShortLives ? count : undefined;
  }
}

/**
 * Watches the containers of one server as long as this process lives, and names the boxes whose programs end at once
 * again and again. Keeps the process alive no longer than anything else.
 */
export function watchLives(
  client: EngineClient,
  server: string,
  tooShort: (box: string, failure: string) => void,
): void {
  const lives = new Lives();
  const again = (): void => {
    setTimeout(connect, pauseMilliseconds).unref();
  };
  const see = (line: string): void => {
    const { Action, timeNano, Actor } = z.parse(eventSchema, JSON.parse(line));
    const milliseconds = (timeNano ?? 0) / 1e6;
    if (Action === 'start') lives.start(Actor.ID, milliseconds);
    if (Action !== 'die' && Action !== 'died') return;
    const count = lives.end(Actor.ID, milliseconds);
    const { [boxLabel]: box, exitCode } = Actor.Attributes ?? {};
    if (count === undefined || box === undefined) return;
    tooShort(box, `what its image runs ended at once, ${count} times in a row, last with status ${exitCode}`);
  };
  const connect = (): void => {
    const filters = JSON.stringify({
      // Podman filters by a name of its own, and then says the other.
      ...{ type: ['container'], event: ['start', 'die', 'died'] },
      label: [`${serverLabel}=${server}`],
    });
    client
      .ask((docker) => docker.getEvents({ filters }))
      .then((stream) => {
        if ('socket' in stream && isSocket(stream.socket)) stream.socket.unref();
        let rest = '';
        stream.on('data', (bytes: Buffer) => {
          const lines = (rest + bytes.toString('utf8')).split('\n');
          rest = lines.pop() ?? '';
          for (const line of lines) if (line.trim() !== '') see(line);
        });
        stream.on('error', () => undefined);
        stream.once('close', again);
      }, again);
  };
  connect();
}

function isSocket(value: unknown): value is { unref(): void } {
  return typeof value === 'object' && value !== null && 'unref' in value && typeof value.unref === 'function';
}
