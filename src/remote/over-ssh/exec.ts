import { DevboxError } from '../../base/errors.ts';
import { shellLine } from '../../base/shell.ts';
import type { ExecRequest } from '../access.ts';
import { connectSsh, type ProgramStreams } from '../ssh-command.ts';

/** How ssh reaches a box, and what it is run with. */
export interface SshLink {
  /** The command line that opens a shell on the box: `ssh`, its options, the host. */
  readonly connect: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Its reason, a DevboxError of kind `interrupted`, is what an interrupted command throws. */
  readonly signal: AbortSignal;
  /** Asked where ssh failed: an error that says more than ssh did; null where there is none. */
  readonly whyRefused?: () => Promise<DevboxError | null>;
}

/** With this ssh says that it could not connect; a command can end with it, too. */
export const sshFailed = 255;

/** @throws DevboxError where ssh failed for a reason that is known. */
export async function explained(code: number, { whyRefused }: SshLink): Promise<number> {
  const why = code === sshFailed ? ((await whyRefused?.()) ?? null) : null;
  if (why !== null) throw why;
  return code;
}

/** Runs the words behind it for so many seconds at most, where the box has timeout(1). */
const limited = 'command -v timeout >/dev/null 2>&1 && exec timeout -k 5 "$0" "$@"; exec "$@"';

/**
 * Runs a command over SSH. ssh joins its words and hands them to the remote shell, so they are quoted for it.
 * What ssh leaves running when it is stopped ends by itself when its time is over.
 * @returns the remote exit code.
 * @throws DevboxError `timed-out`; `interrupted` where the signal ended it.
 */
export async function execOverSsh(
  link: SshLink,
  { argv, timeoutSeconds }: ExecRequest,
  streams: ProgramStreams,
): Promise<number> {
  const { connect, env, signal } = link;
  const [program = 'ssh', ...options] = connect;
  const limit = timeoutSeconds === null ? undefined : AbortSignal.timeout(timeoutSeconds * 1000);
  const words =
    timeoutSeconds === null ? argv : ['/bin/sh', '-c', limited, String(Math.ceil(timeoutSeconds)), ...argv];
  // What ssh says by itself would stand in the command's stderr: only errors may.
  const own = ['-o', 'BatchMode=yes', '-o', 'LogLevel=ERROR'];
  // ssh goes on reading options behind the host, so that only `--` keeps the first word for the box.
  const code = await connectSsh([program, ...own, ...options, '--', shellLine(words)], {
    env,
    signal: limit ? AbortSignal.any([signal, limit]) : signal,
    streams,
  });
  signal.throwIfAborted();
  if (!limit?.aborted) return explained(code, link);
  throw new DevboxError('timed-out', `the command was still running after ${timeoutSeconds} s`, {
    code: 'exec/timed-out',
    hint: 'Give it more time with timeout=SECONDS.',
  });
}
