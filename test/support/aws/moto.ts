import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';

/** An emulator of AWS in a process of its own, with nothing in it. */
export interface Moto {
  /** For every service: `http://127.0.0.1:PORT`. */
  readonly url: string;
  /** Forgets everything. */
  reset(): Promise<void>;
  close(): Promise<void>;
}

/** The program that `.ci/run` installed. */
const program = process.env['DEVBOX_TEST_MOTO'];

/** Why there can be no emulator here; undefined where there can. */
export function whyNoMoto(): string | undefined {
  if (program && existsSync(program)) return undefined;
  return 'DEVBOX_TEST_MOTO names no moto_server (pip install "moto[server]")';
}

/**
 * Starts moto on a free port of this machine and waits until it answers.
 * @throws an error with what it said where it does not start.
 */
export async function startMoto(env: Readonly<Record<string, string>> = {}): Promise<Moto> {
  const port = await freePort();
  const child = spawn(program ?? 'moto_server', ['-H', '127.0.0.1', '-p', String(port)], {
    env: {
      PATH: process.env['PATH'],
      HOME: '/nonexistent',
      MOTO_ENABLE_KEYPAIR_VALIDATION: 'true',
      MOTO_ENABLE_AMI_VALIDATION: 'true',
      MOTO_EC2_LOAD_DEFAULT_AMIS: 'false',
      ...env,
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-4000);
  });
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  const url = `http://127.0.0.1:${port}`;
  const answers = async (): Promise<boolean> =>
    fetch(`${url}/moto-api/data.json`).then(
      ({ ok }) => ok,
      () => false,
    );
  while (!(await answers())) {
    if (child.exitCode !== null || child.pid === undefined) throw new Error(`moto does not start: ${said}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return {
    url,
    reset: async () => {
      const answer = await fetch(`${url}/moto-api/reset`, { method: 'POST' });
      if (!answer.ok) throw new Error(`moto cannot be reset: ${answer.status}`);
    },
    close: () => {
      child.kill('SIGKILL');
      return ended;
    },
  };
}

/** A port that nobody listens on at the moment. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        typeof address === 'object' && address ? resolve(address.port) : reject(new Error('no port')),
      );
    });
  });
}
