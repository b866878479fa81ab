import { Readable } from 'node:stream';
import { capturedStream } from '../../base/captured.ts';
import { DevboxError } from '../../base/errors.ts';
import { shellLine } from '../../base/shell.ts';
import { cleanLine } from '../../base/text.ts';
import { execOverSsh, type SshLink, sshFailed } from './exec.ts';

/** Seconds that a script may take: one that hangs must not hold up whoever follows. */
const timeoutSeconds = 60;

/**
 * Runs a script on a box and gives back what it wrote. It goes over stdin to the box's own `sh`, whatever shell the user
 * has there; its arguments are `$1` and so on, exactly as they are given.
 * @param maxBytes most that it may write.
 * @throws DevboxError `remote/ssh-failed` where the box cannot be reached, `remote/script-failed` for anything else.
 */
export async function runScript(
  link: SshLink,
  script: string,
  args: readonly string[],
  maxBytes: number,
): Promise<Buffer> {
  const stdout = capturedStream(maxBytes);
  const stderr = capturedStream(10_000);
  const streams = {
    // All of it is read before anything runs, so that no command in it can take the rest for its input.
    stdin: Readable.from([Buffer.from(`set -- ${shellLine(args)}\n{\n${script}\n} </dev/null\n`)]),
    stdout: stdout.stream,
    stderr: stderr.stream,
  };
  const code = await execOverSsh(link, { argv: ['/bin/sh', '-s'], timeoutSeconds }, streams);
  if (code === 0 && !stdout.isCut()) return stdout.bytes();
  const said = cleanLine(stderr.text().trim().split('\n').at(-1) ?? '', 300);
  if (code === sshFailed) {
    throw new DevboxError('failed', `the box cannot be reached over SSH${said ? `: ${said}` : ''}`, {
      code: 'remote/ssh-failed',
      title: 'SSH',
      hint: 'Try it by hand: devbox ssh NAME',
    });
  }
  const why = stdout.isCut() ? 'it answered more than was asked for' : said || `it ended with status ${code}`;
  throw new DevboxError('failed', `the box could not be asked: ${why}`, {
    code: 'remote/script-failed',
    title: 'SSH',
  });
}

/** The error for an answer of a script that is not as the script writes it. */
export function notUnderstood(line: string): DevboxError {
  return new DevboxError('failed', "the box's answer is not understood", {
    code: 'remote/unexpected-answer',
    title: 'SSH',
    details: [{ label: 'Line', value: cleanLine(line, 200) }],
  });
}
