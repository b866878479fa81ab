import { capturedStream } from '../../base/captured.ts';
import { DevboxError } from '../../base/errors.ts';
import type { BoxAccess, ExecRequest } from '../../remote/access.ts';
import type { Outcome } from '../outcome.ts';

/** Bytes of each stream that the document of `--json` holds. */
const keptBytes = 10 * 1024 * 1024;

/** As timeout(1) and GPULab's servers say it. */
const timedOutCode = 124;

/** Runs a command and shows what it wrote as one document; ends with the command's exit code. */
export async function execForJson(
  access: BoxAccess,
  request: ExecRequest,
  stdin: NodeJS.ReadableStream,
): Promise<Outcome> {
  const stdout = capturedStream(keptBytes);
  const stderr = capturedStream(keptBytes);
  const streams = { stdin, stdout: stdout.stream, stderr: stderr.stream };
  const document = (exitCode: number, timedOut: boolean): Outcome => ({
    view: {
      cards: [],
      json: {
        stdout: stdout.text(),
        stderr: stderr.text(),
        exit_code: exitCode,
        timed_out: timedOut,
        truncated: stdout.isCut() || stderr.isCut(),
      },
      quiet: [],
    },
  });
  try {
    const exit = await access.exec(request, streams);
    return { ...document(exit, false), exit };
  } catch (error) {
    if (!(error instanceof DevboxError) || error.code !== 'exec/timed-out') throw error;
    return { ...document(timedOutCode, true), error };
  }
}
