import type { Context } from '../../base/context.ts';
import { DevboxError } from '../../base/errors.ts';
import { shellLine } from '../../base/shell.ts';
import { connectSsh } from '../../remote/ssh-command.ts';

/**
 * Runs a command over SSH. ssh joins its words and hands them to the remote shell, so they are quoted for it.
 * @param timeoutSeconds null lets it run.
 * @param piped whether it gets the streams of the context rather than this process's own.
 * @returns the remote exit code.
 * @throws DevboxError `timed-out`; `interrupted` where the signal of the context ended it.
 */
export async function execOverSsh(
  connect: readonly string[],
  argv: readonly string[],
  timeoutSeconds: number | null,
  context: Context,
  piped: boolean,
): Promise<number> {
  const [program = 'ssh', ...options] = connect;
  const limit = timeoutSeconds === null ? undefined : AbortSignal.timeout(timeoutSeconds * 1000);
  const signal = limit ? AbortSignal.any([context.signal, limit]) : context.signal;
  // ssh goes on reading options behind the host, so that only `--` keeps the first word for the box.
  const code = await connectSsh([program, '-o', 'BatchMode=yes', ...options, '--', shellLine(argv)], {
    env: context.env,
    signal,
    ...(piped ? { streams: { stdout: context.stdout.stream, stderr: context.stderr.stream } } : {}),
  });
  context.signal.throwIfAborted();
  if (!limit?.aborted) return code;
  throw new DevboxError('timed-out', `the command was still running after ${timeoutSeconds} s`, {
    code: 'exec/timed-out',
    hint: 'Give it more time with timeout=SECONDS.',
  });
}
