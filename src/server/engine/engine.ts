import type { Readable, Writable } from 'node:stream';
import type { ShellSource } from '../terminal/shell.ts';

/** The image that a box is made from; an engine without images takes no notice of it. */
export interface ImageSpec {
  readonly reference: string;
  /** `cached` pulls only what is missing, `latest` always looks for a newer one, `digest` wants a reference by digest. */
  readonly pull: 'cached' | 'latest' | 'digest';
  /** Id of the stored credential for its registry; null for an image that anybody may pull. */
  readonly credential: number | null;
}

/** A directory of the server's machine that a box sees: a volume's files. */
export interface Mount {
  /** Id of the volume. */
  readonly volume: string;
  /** Absolute path on the server's machine. */
  readonly source: string;
  /** Absolute path in the box. */
  readonly target: string;
}

/** A GPU that belongs to one box until that is deleted. */
export interface AllocatedGpu {
  readonly uuid: string;
  readonly index: number;
  readonly name: string;
  /** MiB, as nvidia-smi counts; null where it does not say. */
  readonly memoryMib: number | null;
}

/** What a box is made from; never changes after its creation. */
export interface BoxSpec {
  readonly name: string;
  readonly env: Readonly<Record<string, string>>;
  /** Run by `sh -c` as long as the box lives; null keeps an idle box, or what the image runs by itself. */
  readonly command: string | null;
  readonly tags: Readonly<Record<string, string>>;
  readonly image: ImageSpec | null;
  /** The template that it was made from, for its card. */
  readonly template: { readonly uuid: string; readonly name: string } | null;
  /** Ports that are opened, each once, in the order asked for. */
  readonly ports: readonly number[];
  readonly memoryGb: number | null;
  readonly gpus: readonly AllocatedGpu[];
  readonly mounts: readonly Mount[];
}

/** How a box is to be made. */
export interface CreateOptions {
  /** Its ports come from a template, nobody asked for them: it is made without those that it cannot have. */
  readonly mayLackPorts?: boolean;
}

/** GPULab's words for where a box is; `pulling` and `creating` are on their way to `running` or `failed`. */
export type BoxStatus = 'pulling' | 'creating' | 'running' | 'stopped' | 'failed' | 'deleting';

/** An opened port, and where on the server's machine it is reached. */
export interface PublishedPort {
  readonly port: number;
  readonly hostPort: number;
}

/** A box as an engine sees it now. */
export interface EngineBox {
  /** At least twelve characters. */
  readonly id: string;
  readonly spec: BoxSpec;
  readonly status: BoxStatus;
  /** Why it failed, in words for its owner; null where it did not. */
  readonly failure: string | null;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly updatedAt: number;
  /** When the main process of a running box began; null while it does not run. */
  readonly startedAt: number | null;
  /** When the command of a stopped box ended well and by itself; null where it did not, or was stopped. */
  readonly endedAt: number | null;
  /** Directories that outlive the box, as paths on the server's machine; null where it keeps none. */
  readonly home: string | null;
  readonly workspace: string | null;
  /** How far the box is kept from the rest of the machine, in words for its card. */
  readonly isolation: string;
  /** Ports that can be reached now. */
  readonly published: readonly PublishedPort[];
}

/** Which lines of a log are wanted. */
export interface LogQuery {
  /** The last so many lines of what the rest selects; null for all that fits into an answer. */
  readonly tail: number | null;
  /** Lines written at this time or later, in milliseconds since 1970; null for all. */
  readonly since: number | null;
  /** Lines behind those that a page with this cursor ended with; null begins where the rest says. */
  readonly after: string | null;
  /** Only this stream; null for both. */
  readonly stream: 'stdout' | 'stderr' | null;
}

/** One line of a log. */
export interface LogEntry {
  /** RFC 3339 in UTC, as fine as the engine knows it. */
  readonly time: string;
  readonly stream: 'stdout' | 'stderr';
  /** Without its line break. */
  readonly text: string;
}

/**
 * Lines of a log, oldest first, and where the next page begins: following from there loses and repeats nothing. A page
 * holds as much as `LogRoom` takes: the newest lines of what is asked for, or, behind a cursor, the oldest, and then the next
 * page goes on where this one ended.
 */
export interface LogPage {
  readonly entries: readonly LogEntry[];
  readonly cursor: string;
  /** Whether there is more of what was asked for than the page holds; a `tail` that it holds is all that was asked for. */
  readonly truncated: boolean;
}

/** What a running box uses now; sizes in bytes, null for what the engine cannot tell. */
export interface BoxStats {
  /** 100 is one core. */
  readonly cpuPercent: number | null;
  /** Cores that it may use. */
  readonly cpuCores: number;
  readonly memoryUsed: number | null;
  readonly memoryLimit: number;
  readonly memoryCache: number | null;
  readonly networkReceived: number | null;
  readonly networkSent: number | null;
  readonly blockRead: number | null;
  readonly blockWritten: number | null;
  readonly processes: number;
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
  /**
   * Records the box and begins to make it; a box that takes long (an image to pull) is `pulling` or `creating` for a
   * while after this has resolved.
   * @throws ApiProblem 409 where the name belongs to a box, 422 where it cannot be one.
   */
  create(spec: BoxSpec, options?: CreateOptions): Promise<EngineBox>;
  start(id: string): Promise<void>;
  stop(id: string): Promise<void>;
  /** Stops and starts it, whatever state it is in. */
  restart(id: string): Promise<void>;
  /** Makes it anew from its spec (a newer image where that is to be looked for); what is on its volumes stays. */
  redeploy(id: string): Promise<void>;
  /** Ends everything in the box and forgets it; `purge` also deletes its home. */
  remove(id: string, options: { readonly purge: boolean }): Promise<void>;
  /** Starts a command; resolves as soon as it runs. @throws CommandNotStarted */
  exec(id: string, argv: readonly [string, ...string[]]): Promise<RunningCommand>;
  /**
   * How an interactive shell in the box is started, by a process that holds its terminal and outlives the server. What
   * ends the box ends the shell.
   */
  shell(id: string): Promise<ShellSource>;
  /** Ends what only keeps idle boxes alive: for the end of an engine whose boxes' records have been deleted. */
  disband(): Promise<void>;
  /** What the box's main process wrote. */
  logs(id: string, query: LogQuery): Promise<LogPage>;
  /** What happened while the box was made: pulling, creating, why it failed. Text with lines. */
  deployLog(id: string): Promise<string>;
  /** @throws ApiProblem 409 where it does not run. */
  stats(id: string): Promise<BoxStats>;
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
