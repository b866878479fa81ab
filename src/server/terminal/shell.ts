import * as z from 'zod/mini';
import type { Exit } from '../engine/engine.ts';

export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

/** A shell on a pseudo-terminal that runs. */
export interface Shell {
  onData(listener: (bytes: Buffer) => void): void;
  write(bytes: Buffer): void;
  resize(size: TerminalSize): void;
  /** Stops and restarts reading, which in turn stops and restarts the program that writes. */
  pause(): void;
  resume(): void;
  readonly exited: Promise<Exit>;
  /** Tells the shell, and what runs in it, that its terminal has gone; after a moment they are killed. */
  hangUp(): void;
}

/**
 * How a shell in a box is started, in a form that can be handed to another process: terminals live in processes of their own, so
 * that they outlive the server.
 */
export const shellSource = z.discriminatedUnion('kind', [
  /** A program of this machine on a new pseudo-terminal. */
  z.object({
    kind: z.literal('pty'),
    argv: z.array(z.string()).check(z.minLength(1)),
    cwd: z.string(),
    env: z.record(z.string(), z.string()),
  }),
  /** An exec with a terminal that was made through the Docker API and not started yet. */
  z.object({
    kind: z.literal('docker'),
    /** Where the engine answers: a unix socket, or a host and port. */
    engine: z.union([z.object({ socketPath: z.string() }), z.object({ host: z.string(), port: z.int() })]),
    exec: z.string(),
    /** What is run in the container to end the shell: closing the connection leaves it there. */
    hangUp: z.object({ container: z.string(), argv: z.array(z.string()) }),
  }),
]);

export type ShellSource = z.infer<typeof shellSource>;
