/** One command for a box. */
export interface ExecRequest {
  readonly argv: readonly string[];
  /** Seconds until the command is killed; null waits as long as it runs. */
  readonly timeoutSeconds: number | null;
}

export interface ExecStreams {
  readonly stdin: NodeJS.ReadableStream;
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream;
}

/** A terminal of the user's that a remote shell takes over until it ends. */
export interface TerminalStreams {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
}

/** Which lines of a box's log are wanted. */
export interface LogQuery {
  /** The last so many lines; null for all that there are. */
  readonly tail: number | null;
  /** Lines written at this time or later, in a form that `parseSince` reads; null for all. */
  readonly since: string | null;
  /** Where an earlier page ended; null begins where the rest says. */
  readonly after: string | null;
  /** Only this stream; null for both. */
  readonly stream: 'stdout' | 'stderr' | null;
}

/** One line of a log, already free of control characters other than colours and tabs. */
export interface LogEntry {
  /** RFC 3339 in UTC; null where the box's side does not say. */
  readonly time: string | null;
  /** Null where the box's side does not tell the streams apart. */
  readonly stream: 'stdout' | 'stderr' | null;
  readonly text: string;
}

/** Lines of a log, oldest first, and where the next page begins. */
export interface LogPage {
  readonly entries: readonly LogEntry[];
  readonly cursor: string;
  /** Whether older lines that were asked for are left out, because they are more than one answer holds. */
  readonly truncated: boolean;
  /** Whether nothing more will come, because what writes the log has ended. */
  readonly ended: boolean;
}

/** What a box uses now; sizes in bytes, null for what its side cannot tell. */
export interface BoxStats {
  /** 100 is one core. */
  readonly cpuPercent: number | null;
  readonly cpuCores: number | null;
  readonly memoryUsed: number | null;
  readonly memoryLimit: number | null;
  readonly networkReceived: number | null;
  readonly networkSent: number | null;
  readonly blockRead: number | null;
  readonly blockWritten: number | null;
  /** Of the file system that the box's files are on. */
  readonly diskUsed: number | null;
  readonly diskTotal: number | null;
  readonly processes: number | null;
  readonly gpus: readonly GpuStats[];
}

export interface GpuStats {
  readonly name: string;
  /** Bytes. */
  readonly memoryUsed: number | null;
  readonly memoryTotal: number | null;
  /** Percent. */
  readonly utilisation: number | null;
  /** Degrees Celsius. */
  readonly temperature: number | null;
}

/**
 * Reaching one box, whichever way: over SSH, or through the API of the server that holds it. Commands that work in a
 * box are written against this and nothing else. Every method throws DevboxError.
 */
export interface BoxAccess {
  /** The words of the ssh command that connects, its host the last one; absent where it is another way. */
  readonly ssh?: readonly string[];
  /** Whether commands get their stdin, and their output comes as it is written, byte by byte. */
  streams(): Promise<boolean>;
  /** Runs one command; resolves with its exit code (128 + signal number where a signal ended it). */
  exec(request: ExecRequest, streams: ExecStreams): Promise<number>;
  /** Opens a shell on the user's terminal; resolves with its exit code. */
  terminal(streams: TerminalStreams): Promise<number>;
  logs(query: LogQuery): Promise<LogPage>;
  /** What happened while the box was made, as text with lines. */
  deployLog(): Promise<string>;
  stats(): Promise<BoxStats>;
}
