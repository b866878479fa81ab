import { setMaxListeners } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../../../src/base/clock.ts';
import type { Context, Paths } from '../../../src/base/context.ts';
import { openLocal } from '../../../src/providers/local/index.ts';
import { type Places, placesIn } from '../../../src/providers/local/places.ts';
import type { Box, ExecRequest, Provider } from '../../../src/providers/provider.ts';
import { isRunning } from '../../../src/server/identity.ts';
import { readHolder } from '../../../src/server/lock.ts';

/** A machine of its own for one test: directories nobody else uses, and the providers opened on them. */
export interface World {
  readonly root: string;
  readonly paths: Paths;
  readonly places: Places;
  readonly context: Context;
  /** Opens the provider as one run of devbox does. */
  open(signal?: AbortSignal): Promise<Provider>;
  /** Opens it as a run does that finds part of its surroundings different. */
  openWith(part: { readonly runtime?: string; readonly host?: string }): Promise<Provider>;
  /** Makes a box and looks it up. */
  up(
    provider: Provider,
    name: string,
    env?: Readonly<Record<string, string>>,
    settings?: Readonly<Record<string, unknown>>,
  ): Promise<Box>;
  /** The server's pid; undefined while none runs. */
  serverPid(): Promise<number | undefined>;
  /** Ends boxes and server. @returns the command lines of processes that are left; none is right. */
  end(): Promise<string[]>;
}

export interface WorldOptions {
  /** The directory that stands for the package. */
  readonly packageRoot: string;
  readonly idleSeconds?: number;
  /** A directory whose programs the server finds before others. */
  readonly programs?: string;
  /** Appended to the runtime directory. */
  readonly runtimeSuffix?: string;
}

export async function createWorld(options: WorldOptions): Promise<World> {
  const root = await mkdtemp(join(tmpdir(), 'devbox-server-test-'));
  const paths: Paths = {
    home: root,
    config: join(root, 'config'),
    state: join(root, 'state'),
    data: join(root, 'data'),
    runtime: join(root, 'run', options.runtimeSuffix ?? ''),
    package: options.packageRoot,
  };
  const places = placesIn(paths);
  const output = { stream: new PassThrough(), isTTY: false, columns: 80 };
  const { signal } = new AbortController();
  // One command listens once or twice; a test runs fifty of them.
  setMaxListeners(0, signal);
  const context: Context = {
    stdin: { stream: new PassThrough(), isTTY: false },
    stdout: output,
    stderr: output,
    env: {
      ...process.env,
      ...(options.programs ? { PATH: `${options.programs}:${process.env['PATH']}` } : {}),
      SOME_SECRET: 'hush',
    },
    cwd: root,
    paths,
    clock: systemClock,
    random: Math.random,
    signal,
    unanswered: new Set(),
    user: { name: 'someone', host: 'here' },
    version: '0.0.0-test',
  };
  const openIn = (own: Context): Promise<Provider> => {
    const api = {
      provider: 'local',
      engine: 'process',
      timeout: 30,
      idle_timeout: options.idleSeconds ?? 30,
    } as const;
    return openLocal(api, own, { emit: () => undefined });
  };
  const open = (signal = context.signal): Promise<Provider> => openIn({ ...context, signal });
  const serverPid = async (): Promise<number | undefined> => {
    const holder = await readHolder(places.lock);
    return holder && (await isRunning(holder)) ? holder.pid : undefined;
  };
  return {
    root,
    paths,
    places,
    context,
    open,
    openWith: ({ runtime = paths.runtime, host = context.user.host }) =>
      openIn({ ...context, paths: { ...paths, runtime }, user: { ...context.user, host } }),
    serverPid,
    async up(provider, name, env = {}, settings = {}) {
      const answer = await provider.launch({
        name,
        lease: 'dbx_000000000000',
        marks: { 'devbox-lease': 'dbx_000000000000' },
        tags: {},
        env,
        settings,
      });
      if (answer.outcome !== 'launched') throw answer.error;
      const box = await provider.get(answer.id);
      if (!box) throw new Error('the box is not there');
      return box;
    },
    async end() {
      const provider = await open();
      for (const box of await provider.list()) await provider.terminate(box, { purge: true });
      const pid = await serverPid();
      if (pid !== undefined) process.kill(pid, 'SIGTERM');
      await until('the server has stopped', async () => (await serverPid()) === undefined);
      // It gives its lock back a moment before it is gone.
      await until('', async () => (await processesOf(root)).length === 0).catch(() => undefined);
      const left = await processesOf(root);
      await rm(root, { recursive: true, force: true });
      return left;
    },
  };
}

/** What a command in a box wrote, and how it ended. */
export interface Ran {
  readonly code: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** Runs a command in a box with this input. */
export async function exec(
  provider: Provider,
  box: Box,
  argv: readonly string[],
  options: { readonly stdin?: Buffer | string; readonly timeoutSeconds?: ExecRequest['timeoutSeconds'] } = {},
): Promise<Ran> {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  const [out, err] = [collect(stdout), collect(stderr)];
  stdin.end(options.stdin ?? '');
  const request = { argv, timeoutSeconds: options.timeoutSeconds ?? null };
  const code = await provider.server?.access(box).exec(request, { stdin, stdout, stderr });
  if (code === undefined) throw new Error('the provider cannot run commands');
  return { code, stdout: Buffer.concat(out), stderr: Buffer.concat(err).toString('utf8') };
}

function collect(stream: PassThrough): Buffer[] {
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  return chunks;
}

/** Waits for a condition, for so many seconds at most. */
export async function until(
  what: string,
  holds: () => Promise<boolean> | boolean,
  seconds = 10,
): Promise<void> {
  for (let tries = 0; tries < seconds * 100; tries++) {
    if (await holds()) return;
    await sleep(10);
  }
  throw new Error(`waited in vain until ${what}`);
}

/** Command lines of running processes that have a text in their command line or environment. */
export async function processesOf(text: string): Promise<string[]> {
  if (process.platform !== 'linux') return [];
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  const lines = await Promise.all(
    pids.map(async (pid) => {
      const [line, environment] = await Promise.all(
        ['cmdline', 'environ'].map((file) => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '')),
      );
      return `${line}\0${environment}`.includes(text) ? [`${pid}: ${line?.replaceAll('\0', ' ')}`] : [];
    }),
  );
  return lines.flat();
}
