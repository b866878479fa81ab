import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { shellLine } from '../../src/base/shell.ts';
import type { CopyAccess } from '../../src/remote/copy/box-shell.ts';

/** How commands are run in what stands for a box. */
export interface ShellAccessOptions {
  readonly cwd: string;
  /** Streams as they are; otherwise as on a server with the published API: no stdin, and output is text at the end. */
  readonly streams: boolean;
  /** PATH of what runs there. */
  readonly path?: string;
}

/** A way to a "box" that is a shell of this machine. */
export function shellAccess({ cwd, streams, path }: ShellAccessOptions): CopyAccess {
  return {
    streams: async () => streams,
    exec: ({ argv }, { stdin, stdout, stderr }) =>
      new Promise((resolve, reject) => {
        const env = { ...process.env, HOME: cwd, ...(path === undefined ? {} : { PATH: path }) };
        const child = spawn('/bin/sh', ['-c', shellLine(argv)], { cwd, env, stdio: 'pipe' });
        child.once('error', reject);
        child.stdin.on('error', () => undefined);
        if (streams) {
          stdin.pipe(child.stdin);
          child.stdout.pipe(stdout, { end: false });
        } else child.stdin.end();
        const [out, err] = [streams ? undefined : text(child.stdout), text(child.stderr)];
        child.once('close', async (code) => {
          stdin.unpipe(child.stdin);
          if (out) stdout.write(await out);
          stderr.write(await err);
          resolve(code ?? 255);
        });
      }),
  };
}

async function text(stream: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
