import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A real SSH server on loopback, for the user who runs the tests. */
export interface Sshd {
  readonly port: number;
  readonly username: string;
  /** A private key that it lets in. */
  readonly identityFile: string;
  /** A directory that is first on the PATH of what runs in it; it is removed with the server. */
  readonly programs: string;
  /** The line that connects, without asking anything. */
  readonly connect: readonly string[];
  stop(): Promise<void>;
}

const program = '/usr/sbin/sshd';

/** Why there can be no SSH server here; undefined where there can. */
export function whyNoSshd(): string | undefined {
  if (!existsSync(program)) return 'there is no sshd on this machine (Debian: openssh-server)';
  return spawnSync('ssh', ['-V']).error
    ? 'there is no ssh on this machine (Debian: openssh-client)'
    : undefined;
}

export interface SshdOptions {
  /** Default: any free one. */
  readonly port?: number;
  /** The private host key, as a file has it; default: one of its own. */
  readonly hostKey?: string;
  /** A public key that it lets in, instead of that of `identityFile`. */
  readonly authorizedKey?: string;
}

/** @throws where it does not start. */
export async function startSshd(options: SshdOptions = {}): Promise<Sshd> {
  const root = mkdtempSync(join(tmpdir(), 'devbox-sshd-'));
  const file = (name: string): string => join(root, name);
  const programs = file('programs');
  mkdirSync(programs);
  for (const name of ['host', 'user']) {
    spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file(name)]);
  }
  if (options.hostKey !== undefined) writeFileSync(file('host'), options.hostKey, { mode: 0o600 });
  if (options.authorizedKey !== undefined) writeFileSync(file('user.pub'), `${options.authorizedKey}\n`);
  const { username } = userInfo();
  const port = options.port ?? (await freePort());
  // As root it wants this directory; otherwise nobody asks for it.
  if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true });
  const path = `${programs}:${process.env['PATH'] ?? '/usr/bin:/bin'}`;
  writeFileSync(
    file('config'),
    [
      `Port ${port}`,
      'ListenAddress 127.0.0.1',
      `HostKey ${file('host')}`,
      `AuthorizedKeysFile ${file('user.pub')}`,
      'PidFile none',
      'StrictModes no',
      'UsePAM no',
      'PermitRootLogin yes',
      'Subsystem sftp internal-sftp',
      `SetEnv PATH=${path}`,
      '',
    ].join('\n'),
  );
  const server = spawn(program, ['-D', '-e', '-f', file('config')], { stdio: ['ignore', 'ignore', 'pipe'] });
  const said = collect(server);
  await listening(server, port, said);
  return {
    port,
    username,
    identityFile: file('user'),
    programs,
    connect: [
      'ssh',
      ...['-F', '/dev/null', '-p', String(port), '-i', file('user')],
      ...['-o', 'StrictHostKeyChecking=no', '-o', `UserKnownHostsFile=${file('known_hosts')}`],
      // One connection for all: making one takes most of a second.
      ...['-o', 'ControlMaster=auto', '-o', `ControlPath=${file('mux-%p')}`, '-o', 'ControlPersist=60'],
      ...['-o', 'LogLevel=ERROR', `${username}@127.0.0.1`],
    ],
    async stop() {
      spawnSync('ssh', ['-O', 'exit', '-o', `ControlPath=${file(`mux-${port}`)}`, 'x'], { stdio: 'ignore' });
      const ended = new Promise((resolve) => server.once('exit', resolve));
      if (server.exitCode === null && server.kill('SIGTERM')) await ended;
      rmSync(root, { recursive: true, force: true });
    },
  };
}

function collect(server: ChildProcess): { text: string } {
  const said = { text: '' };
  server.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said.text += text;
  });
  return said;
}

async function listening(server: ChildProcess, port: number, said: { readonly text: string }): Promise<void> {
  for (let tries = 0; tries < 1000; tries++) {
    if (server.exitCode !== null) throw new Error(`sshd did not start: ${said.text}`);
    if (await canConnect(port)) return;
    await sleep(10);
  }
  throw new Error(`sshd does not listen: ${said.text}`);
}

function canConnect(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('error', () => resolve(false));
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });
}

/** A port of loopback that nobody has now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
