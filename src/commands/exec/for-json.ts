import { capturedStream } from '../../base/captured.ts';
import { DevboxError } from '../../base/errors.ts';
import type { BoxAccess, ExecRequest } from '../../remote/access.ts';
import type { Outcome } from '../outcome.ts';

/** Bytes of each stream that the document of `--json` holds. */
const keptBytes = 10 * 1024 * 1024;

/** As timeout(1) and GPULab's servers say it. */
export const timedOutCode = 124;

/** What a command wrote and how it ended, as `--json` shows it. */
export interface ExecDocument {
  readonly stdout: string;
  readonly stderr: string;
  readonly exit_code: number;
  readonly timed_out: boolean;
  readonly truncated: boolean;
}

/** How a command ended: with its own exit code, or because its time was over. */
export interface Executed {
  readonly document: ExecDocument;
  readonly exit: number;
  readonly error?: DevboxError;
}

/** Runs a command and keeps what it writes. */
export async function execCaptured(
  access: BoxAccess,
  request: ExecRequest,
  stdin: NodeJS.ReadableStream,
): Promise<Executed> {
  const stdout = capturedStream(keptBytes);
  const stderr = capturedStream(keptBytes);
  const ended = (exit: number, timedOut: boolean): Executed => ({
    exit,
    document: {
      stdout: stdout.text(),
      stderr: stderr.text(),
      exit_code: exit,
      timed_out: timedOut,
      truncated: stdout.isCut() || stderr.isCut(),
    },
  });
  try {
    const streams = { stdin, stdout: stdout.stream, stderr: stderr.stream };
    return ended(await access.exec(request, streams), false);
  } catch (error) {
    if (!isTimeOut(error)) throw error;
    return { ...ended(timedOutCode, true), error };
  }
}

/** Whether an error is that of a command whose time was over. */
export const isTimeOut = (error: unknown): error is DevboxError =>
  error instanceof DevboxError && error.code === 'exec/timed-out';

/** Runs a command and shows what it wrote as one document; ends with the command's exit code. */
export async function execForJson(
  access: BoxAccess,
  request: ExecRequest,
  stdin: NodeJS.ReadableStream,
): Promise<Outcome> {
  const { document, exit, error } = await execCaptured(access, request, stdin);
  return { view: { cards: [], json: document, quiet: [] }, ...(error ? { error } : { exit }) };
}
