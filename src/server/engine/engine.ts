import type { Readable, Writable } from 'node:stream';

/** What a box is made from; never changes after its creation. */
export interface BoxSpec {
  readonly name: string;
  readonly env: Readonly<Record<string, string>>;
  /** Run by `sh -c` as long as the box lives; null keeps an idle box. */
  readonly command: string | null;
  readonly tags: Readonly<Record<string, string>>;
  /** As asked for, comma-separated; null for none. */
  readonly ports: string | null;
  readonly memoryGb: number | null;
}

export type BoxStatus = 'creating' | 'running' | 'stopped' | 'failed' | 'deleting';

/** A box as an engine sees it now. */
export interface EngineBox {
  /** At least twelve characters. */
  readonly id: string;
  readonly spec: BoxSpec;
  readonly status: BoxStatus;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly updatedAt: number;
  /** When the main process of a running box began; null while it does not run. */
  readonly startedAt: number | null;
  /** Directories that outlive the box, as paths on the server's machine; null where it keeps none. */
  readonly home: string | null;
  readonly workspace: string | null;
  /** How far the box is kept from the rest of the machine, in words for its card. */
  readonly isolation: string;
}

/** How a process ended. */
export interface Exit {
  /** As a shell reports it: 128 + signal number where a signal ended it. */
  readonly code: number;
  readonly signal: string | null;
}

/** A command in a box that was started and may still run. */
export interface RunningCommand {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Resolves when the process itself has ended; its streams may be held open by what it left behind. */
  readonly exited: Promise<Exit>;
  /** Sends a signal to the command and everything in its process group. */
  kill(signal: NodeJS.Signals): void;
}

export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

/** A shell on a pseudo-terminal in a box. */
export interface RunningTerminal {
  onData(listener: (bytes: Buffer) => void): void;
  write(bytes: Buffer): void;
  resize(size: TerminalSize): void;
  /** Stops and restarts reading, which in turn stops and restarts the program that writes. */
  pause(): void;
  resume(): void;
  readonly exited: Promise<Exit>;
  kill(signal: NodeJS.Signals): void;
}

/**
 * What holds the boxes. State lives with the engine and not in the server's memory: an engine that is opened
 * again finds every box. Methods that take an id throw ApiProblem 404 where there is no such box, and 409 where
 * the box's state does not allow what is asked.
 */
export interface Engine {
  readonly name: string;
  /** How many boxes exist, whatever their state. */
  readonly size: number;
  /** All boxes, oldest first. */
  list(): Promise<EngineBox[]>;
  get(id: string): Promise<EngineBox>;
  /** @throws ApiProblem 409 where the name belongs to a box, 422 where it cannot be one. */
  create(spec: BoxSpec): Promise<EngineBox>;
  start(id: string): Promise<void>;
  stop(id: string): Promise<void>;
  /** Ends everything in the box and forgets it; `purge` also deletes its home. */
  remove(id: string, options: { readonly purge: boolean }): Promise<void>;
  /** Starts a command; resolves as soon as it runs. @throws CommandNotStarted */
  exec(id: string, argv: readonly [string, ...string[]]): Promise<RunningCommand>;
  terminal(id: string, size: TerminalSize): Promise<RunningTerminal>;
  /** Ends what only keeps idle boxes alive: for the end of an engine whose boxes' records have been deleted. */
  disband(): Promise<void>;
  /** What the box's main process wrote, the last `tail` lines of it (null: all). */
  logs(id: string, options: { readonly tail: number | null }): Promise<string>;
}

/** A command that could not be started, with the status that a shell gives: 127 not found, 126 not executable. */
export class CommandNotStarted extends Error {
  override readonly name = 'CommandNotStarted';
  readonly exitCode: 126 | 127;

  constructor(exitCode: 126 | 127, message: string) {
    super(message);
    this.exitCode = exitCode;
  }
}
