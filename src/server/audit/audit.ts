import { fstatSync, mkdirSync, openSync, readSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** What somebody did with the server: never what was in it. */
export interface AuditEntry {
  /** Two entries with the same id belong together: `begin` is written before it is done, `end` after. */
  readonly request: string;
  readonly phase: 'begin' | 'end';
  /** Name of the API key. */
  readonly caller: string;
  /** `POST /v1/containers/:uuid/exec` */
  readonly operation: string;
  /** Id of the box, the volume or whatever else it was done to; null where it has none yet. */
  readonly target: string | null;
  /** HTTP status of the answer, at the end. */
  readonly status?: number;
  /** Of a command or a shell, at the end; null where it was cut off. */
  readonly exitCode?: number | null;
}

/** Takes an entry; never throws. */
export type Audit = (entry: AuditEntry) => void;

/** For a server of one user on that user's own machine. */
export const noAudit: Audit = () => undefined;

/**
 * Appends every entry to `audit.log` in the server's state directory, a line of JSON each, before the call returns: a server that is
 * killed leaves the beginning of what it did. What a full disk cut off stays a line of its own.
 * @param report takes a line where the log cannot be written.
 */
export function openAudit(state: string, now: () => number, report: (line: string) => void): Audit {
  mkdirSync(state, { recursive: true, mode: 0o700 });
  const file = openSync(join(state, 'audit.log'), 'a+', 0o600);
  let isAtLineStart = endsLine(file);
  return (entry) => {
    try {
      const line = `${JSON.stringify({ time: new Date(now()).toISOString(), ...entry })}\n`;
      let rest = Buffer.from(isAtLineStart ? line : `\n${line}`);
      while (rest.length > 0) {
        const written = writeSync(file, rest);
        isAtLineStart = written === rest.length;
        rest = rest.subarray(written);
      }
    } catch (error) {
      report(`audit.log: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
}

/** Whether what is written next begins a line. */
function endsLine(file: number): boolean {
  const { size } = fstatSync(file);
  const last = Buffer.alloc(1);
  return size === 0 || readSync(file, last, 0, 1, size - 1) === 0 || last.toString() === '\n';
}
