import type { BoxAccess, ExecRequest } from '../../remote/access.ts';
import type { CommandDeps } from '../command.ts';
import { type Executed, execCaptured, isTimeOut, timedOutCode } from '../exec/for-json.ts';

/** How the command ended; with `--json` also what it wrote. */
export type Ended = Omit<Executed, 'document'> & Partial<Pick<Executed, 'document'>>;

/** Runs a command in a directory of a box, on the streams of this process or, for `--json`, keeping what it writes. */
export async function execute(
  access: BoxAccess,
  directory: string,
  { argv, timeoutSeconds }: ExecRequest,
  { context, mode, releaseTerminal }: CommandDeps,
): Promise<Ended> {
  const script = 'cd "$1" && shift && exec "$@"';
  const request = { argv: ['sh', '-c', script, 'sh', directory, ...argv], timeoutSeconds };
  const { stdin, stdout, stderr } = context;
  if (mode === 'json') return execCaptured(access, request, stdin.stream);
  await releaseTerminal();
  const streams = { stdin: stdin.stream, stdout: stdout.stream, stderr: stderr.stream };
  try {
    return { exit: await access.exec(request, streams) };
  } catch (error) {
    if (!isTimeOut(error)) throw error;
    return { exit: timedOutCode, error };
  }
}
