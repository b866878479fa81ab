import { Readable } from 'node:stream';
import { capturedStream } from '../../base/captured.ts';
import { DevboxError } from '../../base/errors.ts';
import { cleanLine } from '../../base/text.ts';
import { connectSsh } from '../ssh-command.ts';

/** What rsync needs of a box that is reached over SSH. */
export interface RsyncLink {
  /** Words of the ssh command that connects, its host the last one. */
  readonly ssh: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
}

/** With these rsync says that it or the other one does not know what was asked for. */
const notKnown = [1, 2, 4];

/**
 * Sends files to a directory of a box with the user's own rsync.
 * @param paths relative to `from`.
 * @param to absolute.
 * @returns false where this rsync, or that of the box, cannot do it.
 * @throws DevboxError `sync/rsync` with what it said.
 */
export async function rsync(
  { ssh, env, signal }: RsyncLink,
  from: string,
  paths: readonly string[],
  to: string,
): Promise<boolean> {
  const [program = 'ssh', ...options] = ssh.slice(0, -1);
  const shell = [program, '-o', 'BatchMode=yes', '-o', 'LogLevel=ERROR', ...options];
  const stderr = capturedStream(10_000);
  const words = [
    // Links and permissions as they are; times, so that nothing is sent twice; the path as it is, whatever is in it.
    ...['-l', '-p', '-t', '-s', '--from0', '--files-from=-'],
    ...['-e', shell.map(quoted).join(' ')],
    ...['--', `${from}/`, `${hostOf(ssh.at(-1) ?? '')}:${to}/`],
  ];
  const code = await connectSsh(['rsync', ...words], {
    env,
    signal,
    streams: {
      stdin: Readable.from([Buffer.from(paths.join('\0'))]),
      stdout: capturedStream(0).stream,
      stderr: stderr.stream,
    },
  });
  signal.throwIfAborted();
  if (code === 0) return true;
  if (notKnown.includes(code)) return false;
  const said = stderr.text().trim().split('\n');
  throw new DevboxError('failed', 'the files could not be sent', {
    code: 'sync/rsync',
    title: 'Not Synced',
    details: said.slice(0, 3).map((line) => ({ label: 'rsync says', value: cleanLine(line, 300) || '-' })),
    hint: 'Run it again: what has arrived is not sent twice.',
  });
}

/** As rsync reads words in its -e: a quote within is written twice. */
const quoted = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "''")}'`;

/** A host as it stands before the colon of a path: one with colons of its own in brackets. */
function hostOf(host: string): string {
  const [, user = '', name = ''] = /^(.*@)?(.*)$/.exec(host) ?? [];
  return name.includes(':') ? `${user}[${name}]` : host;
}
