import { mkdir, rm, stat } from 'node:fs/promises';
import { hostname, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { watchIdle } from './idle.ts';
import { answers, listenPrivately } from './listen.ts';
import { type Lock, readHolder, tryLock } from './lock.ts';

export interface ServeOptions {
  /** Directory of the lock and of the boxes' records. */
  readonly state: string;
  /** Directory of the boxes' homes. */
  readonly homes: string;
  /** Path of the unix socket. */
  readonly socket: string;
  /** Seconds without boxes and connections after which the server stops. */
  readonly idleSeconds: number;
  readonly version: string;
  /** Takes one line for the log. */
  readonly report: (line: string) => void;
}

export interface Serving {
  /** Resolves when the server has stopped and given back what it held. */
  readonly stopped: Promise<void>;
}

/** Longest wait for another server that is about to come up or go, in milliseconds. */
const patienceMilliseconds = 15_000;
/** Seconds that the processes of a box get to end by themselves. */
const graceSeconds = 2;

/**
 * Becomes the one server of a state directory, or finds that there is one.
 * @returns when the socket answers: with the end of this server to wait for, or undefined where another serves.
 */
export async function serve(options: ServeOptions): Promise<Serving | undefined> {
  await mkdir(options.state, { recursive: true, mode: 0o700 });
  const lock = await lockOrFindServer(options);
  if (!lock) return undefined;
  try {
    return await run(options, lock);
  } catch (error) {
    await lock.giveBack();
    throw error;
  }
}

async function lockOrFindServer(options: ServeOptions): Promise<Lock | undefined> {
  const start = performance.now();
  const path = join(options.state, 'server.lock');
  for (;;) {
    const lock = await tryLock(path, options.socket);
    if (lock) return lock;
    const holder = await readHolder(path);
    const socket = holder?.socket ?? options.socket;
    if (await answers(socket)) return undefined;
    if (performance.now() - start > patienceMilliseconds) {
      const who = holder ? `another server (process ${holder.pid})` : 'another server';
      throw new Error(`${who} holds ${path} but does not answer at ${socket}`);
    }
    await sleep(25);
  }
}

/** Runs the server; the heavy parts are loaded only by the one that has the lock. */
async function run(options: ServeOptions, lock: Lock): Promise<Serving> {
  const [{ createApp }, { openProcessEngine }, { TerminalTickets }, { VolumeStore }, { Meter }] =
    await Promise.all([
      import('./app.ts'),
      import('./engine/process/engine.ts'),
      import('./terminal/tickets.ts'),
      import('./volumes/store.ts'),
      import('./volumes/measure.ts'),
    ]);
  const engine = await openProcessEngine({
    boxes: join(options.state, 'boxes'),
    homes: options.homes,
    graceSeconds,
    now: Date.now,
    report: options.report,
  });
  const volumes = await VolumeStore.open(join(options.state, 'volumes'), Date.now, options.report);
  const app = await createApp(
    {
      engine,
      tickets: new TerminalTickets(() => performance.now()),
      volumes,
      meter: new Meter(() => performance.now()),
      version: options.version,
      user: { name: userInfo().username, host: hostname() },
      now: Date.now,
    },
    options.report,
  );
  const inode = await listenPrivately(app.http.server, options.socket);
  options.report(`serving ${engine.size} boxes on ${options.socket}`);

  const ownsSocket = async (): Promise<boolean> =>
    (await stat(options.socket).catch(() => undefined))?.ino === inode;
  const reason = watchIdle({
    server: app.http.server,
    isEmpty: () => engine.size === 0,
    idleMilliseconds: options.idleSeconds * 1000,
    async whyUseless() {
      // Where its socket was cleaned away nobody can reach this server; the next one finds the boxes.
      if (!(await ownsSocket())) return 'the socket is gone';
      return (await lock.isHeld()) ? undefined : 'the state directory is gone';
    },
  });
  const stopped = Promise.race([reason, terminationSignal()]).then(async (why) => {
    options.report(`stopping: ${why}`);
    if (await ownsSocket()) await rm(options.socket, { force: true });
    for (const socket of app.sockets.clients) socket.close(1001, 'the server stops');
    await app.http.close();
    if (await lock.isHeld()) await lock.giveBack();
    else await engine.disband();
  });
  return { stopped };
}

/** Boxes stay when the server is told to stop. */
function terminationSignal(): Promise<string> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve(signal));
  });
}
