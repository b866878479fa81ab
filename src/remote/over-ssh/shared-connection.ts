import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** One SSH connection for several commands; making one takes longer than most of them. */
export interface SharedConnection {
  /** The same ssh command, over that connection. */
  over(connect: readonly string[]): readonly string[];
  /** Ends it, where it was made. */
  close(): Promise<void>;
}

/** Seconds after which it ends by itself, should nobody close it. */
const lingerSeconds = 60;

/** Prepares a connection; ssh makes it with the first command. */
export async function sharedConnection(
  env: Readonly<Record<string, string | undefined>>,
): Promise<SharedConnection> {
  const folder = await mkdtemp(join(tmpdir(), 'devbox-ssh-'));
  const path = join(folder, 'c');
  let connected: readonly string[] | undefined;
  // ssh adds some characters, and a socket's path is cut at 104; in a path of its options some mean something.
  const isGood = /^[\w/.-]{1,80}$/.test(path);
  return {
    over(connect) {
      if (!isGood) return connect;
      connected = connect;
      const options = ['ControlMaster=auto', `ControlPath=${path}`, `ControlPersist=${lingerSeconds}`];
      const [program = 'ssh', ...words] = connect;
      return [program, ...options.flatMap((option) => ['-o', option]), ...words];
    },
    async close() {
      const [program = 'ssh'] = connected ?? [];
      const host = connected?.at(-1);
      if (host !== undefined) await ended(program, ['-O', 'exit', '-o', `ControlPath=${path}`, host], env);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Waits for a program to end, however it does. */
function ended(
  program: string,
  words: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  return new Promise((resolve) => {
    const child = spawn(program, words, { env: { ...env }, stdio: 'ignore' });
    child.once('error', () => resolve());
    child.once('close', () => resolve());
  });
}
