import type { Readable } from 'node:stream';
import type { RunningCommand } from '../engine/engine.ts';

/** How long the streams of a command that has ended must be silent before they are left to whoever holds them. */
const quietMilliseconds = 150;

/**
 * Resolves when a command has ended and all it wrote has been read. A process that it left behind may hold its
 * streams open for ever: then silence after the end counts, except while reading is paused.
 */
export async function drained(command: RunningCommand): Promise<void> {
  const streams = [command.stdout, command.stderr];
  const ended = Promise.all(streams.map(endOf));
  let timer: NodeJS.Timeout | undefined;
  const quiet = command.exited.then(
    () =>
      new Promise<void>((resolve) => {
        const check = (): void => {
          if (streams.some((stream) => stream.isPaused())) restart();
          else resolve();
        };
        const restart = (): void => {
          clearTimeout(timer);
          timer = setTimeout(check, quietMilliseconds);
        };
        for (const stream of streams) stream.on('data', restart);
        restart();
      }),
  );
  await Promise.all([command.exited, Promise.race([ended, quiet])]);
  clearTimeout(timer);
}

/** Lets go of the streams: what is still written by processes left behind is read and dropped. */
export function letGo(command: RunningCommand): void {
  for (const stream of [command.stdout, command.stderr]) {
    stream.removeAllListeners('data');
    stream.resume();
  }
  command.stdin.destroy();
}

function endOf(stream: Readable): Promise<void> {
  return new Promise((resolve) => {
    if (stream.readableEnded || stream.destroyed) return resolve();
    stream.once('end', resolve);
    stream.once('close', resolve);
    stream.once('error', () => resolve());
  });
}
