import { spawn } from 'node:child_process';
import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../base/clock.ts';
import { DevboxError } from '../../base/errors.ts';
import { shellWord } from '../../base/shell.ts';
import { cleanLine } from '../../base/text.ts';
import { answers } from '../../server/listen.ts';
import { findSocket, type Places } from './places.ts';
import type { LocalApi } from './schema.ts';

export interface StartOptions {
  readonly places: Places;
  /** The server's program. */
  readonly program: string;
  readonly version: string;
  readonly engine: LocalApi['engine'];
  readonly idleSeconds: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Longest wait for a server that somebody else is starting before it is tried here as well, in milliseconds. */
const patienceMilliseconds = 5_000;
const pollMilliseconds = 20;
/** A log larger than this is put aside when the next server starts, in bytes. */
const maxLogBytes = 1024 * 1024;

/**
 * Starts the server of this machine and waits until it answers. Of many starters one does the work and the others
 * wait; should two start a server all the same, the servers settle between themselves which one stays.
 * One that is killed before it can say how it went is started once more.
 * @throws DevboxError with the server's own words where it cannot start.
 */
export async function startServer(options: StartOptions): Promise<void> {
  const { places, clock, signal } = options;
  await mkdir(places.state, { recursive: true, mode: 0o700 });
  const mark = join(places.state, 'starting');
  const isStarter = await mkdir(mark).then(
    () => true,
    () => false,
  );
  if (!isStarter && (await appears(places, mark, clock, signal))) return;
  try {
    const outcome = await launch(options);
    const last = outcome.isCutOff ? await launch(options) : outcome;
    if (!last.isReady) throw startFailure(last.said, places.log);
  } finally {
    await rm(mark, { recursive: true, force: true });
  }
}

/** Waits for the server that another process is starting; false where it did not come. */
async function appears(places: Places, mark: string, clock: Clock, signal: AbortSignal): Promise<boolean> {
  const start = clock.monotonic();
  while (clock.monotonic() - start < patienceMilliseconds) {
    if (await answers(await findSocket(places))) return true;
    const made = await stat(mark).catch(() => undefined);
    if (!made || clock.now() - made.mtimeMs > patienceMilliseconds) break;
    await clock.sleep(pollMilliseconds, signal);
  }
  return answers(await findSocket(places));
}

interface Launched {
  readonly isReady: boolean;
  /** It ended without a word about how it went. */
  readonly isCutOff: boolean;
  /** What it said last, or how it ended. */
  readonly said: string;
}

async function launch(options: StartOptions): Promise<Launched> {
  const { places, env } = options;
  await rotate(places.log);
  const log = await open(places.log, 'a', 0o600);
  try {
    const before = (await log.stat()).size;
    const child = spawn(
      process.execPath,
      [
        options.program,
        ...['--state', places.state],
        ...['--homes', places.homes],
        ...['--socket', places.socket],
        ...['--engine', options.engine],
        ...['--idle-seconds', String(options.idleSeconds)],
        ...['--version', options.version],
      ],
      // Nothing of the caller's stays with it: no directory, no stream, no secret in its environment.
      { cwd: '/', detached: true, env: serverEnvironment(env), stdio: ['ignore', log.fd, log.fd, 'pipe'] },
    );
    const ended = endOf(child);
    const answer = await firstLine(child);
    child.unref();
    if (answer.startsWith('ready ')) return { isReady: true, isCutOff: false, said: answer };
    if (answer !== '') return { isReady: false, isCutOff: false, said: answer };
    const said = (await lastLine(places.log, before, child.pid)) ?? (await ended);
    return { isReady: false, isCutOff: true, said };
  } finally {
    await log.close();
  }
}

/** What says where a container engine is. */
const engineVariables = ['DOCKER_HOST', 'DOCKER_TLS_VERIFY', 'DOCKER_CERT_PATH', 'XDG_RUNTIME_DIR'];

function serverEnvironment(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const names = ['HOME', 'PATH', 'LANG', 'TMPDIR', 'DEVBOX_ID', ...engineVariables];
  return Object.fromEntries(names.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])));
}

/** The line that the server says on its fourth stream; empty where it ended without one. */
function firstLine(child: ReturnType<typeof spawn>): Promise<string> {
  return new Promise((resolve) => {
    const pipe = child.stdio[3];
    let text = '';
    child.once('error', (error) => resolve(error.message));
    pipe?.on('data', (bytes: Buffer) => {
      text += bytes.toString('utf8');
      if (!text.includes('\n')) return;
      pipe.destroy();
      resolve(text.slice(0, text.indexOf('\n')));
    });
    pipe?.once('close', () => resolve(text));
  });
}

/** How a process ended, in words. */
function endOf(child: ReturnType<typeof spawn>): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) =>
      resolve(signal ? `it was ended by ${signal}` : `it ended with status ${code}`),
    );
  });
}

/** The last line in the log from `start` (in bytes) that is not another server's. */
async function lastLine(log: string, start: number, pid: number | undefined): Promise<string | undefined> {
  const added = (await readFile(log).catch(() => Buffer.alloc(0))).subarray(start).toString('utf8');
  return added
    .split('\n')
    .filter((line) => line.trim() !== '' && (/^\S+ \[(\d+)\] /.exec(line)?.[1] ?? `${pid}`) === `${pid}`)
    .at(-1);
}

function startFailure(said: string, log: string): DevboxError {
  return new DevboxError('failed', 'the server for boxes on this machine did not start', {
    code: 'local/server-not-started',
    details: [
      { label: 'Reason', value: cleanLine(said, 400) || 'it said nothing' },
      { label: 'Log', value: log },
    ],
    hint: `Look at what it wrote: tail ${shellWord(log)}`,
  });
}

async function rotate(log: string): Promise<void> {
  const found = await stat(log).catch(() => undefined);
  if (found && found.size > maxLogBytes) await rename(log, `${log}.1`);
}
