import { mkdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { noAudit, openAudit } from './audit/audit.ts';
import { ownerOnly } from './auth/caller.ts';
import { ApiKeys, byKey } from './auth/keys.ts';
import type { EngineChoice } from './engine/choices.ts';
import { watchIdle } from './idle.ts';
import { answers, listenPrivately } from './listen.ts';
import { type Lock, readHolder, tryLock } from './lock.ts';

export interface ServeOptions {
  /** Directory of the lock and of the boxes' records. */
  readonly state: string;
  /** Directory of the boxes' homes. */
  readonly homes: string;
  readonly listen: Listen;
  /** What holds the boxes. */
  readonly engine: EngineChoice;
  /** Path of the program that holds a terminal. */
  readonly terminalProgram: string;
  /** Seconds without boxes and connections after which the server stops; null for never. */
  readonly idleSeconds: number | null;
  /** Commands that a caller may start within a minute; null for no limit. */
  readonly execRate: number | null;
  readonly version: string;
  /** Takes one line for the log. */
  readonly report: (line: string) => void;
  /** Takes a JSON line about every request; undefined where nobody reads them. */
  readonly requestLog: { write(line: string): void } | undefined;
  /** Resolves with the reason when nobody wants the server any more. */
  readonly left: Promise<string> | undefined;
}

/** Where the server is reached. */
export type Listen =
  /** A unix socket that only its owner can open, so that nobody needs a key. */
  | { readonly kind: 'private'; readonly socket: string }
  /** A port, where everybody needs an API key. */
  | {
      readonly kind: 'tcp';
      readonly host: string;
      /** 0 lets the system choose. */
      readonly port: number;
      readonly tls: { readonly cert: string; readonly key: string } | null;
      /** The address that others use, where it is not the one that requests name. */
      readonly publicUrl: URL | null;
      /** Lets anyone in as long as there are no keys. */
      readonly open: boolean;
    };

export interface Serving {
  /** Where it is reached: `http://HOST:PORT`, `https://...` or `unix:/PATH`. */
  readonly url: string;
  readonly engine: string;
  /** How many boxes it found. */
  readonly boxes: number;
  /** Resolves when the server has stopped and given back what it held. */
  readonly stopped: Promise<void>;
}

/** Longest wait for another server that is about to come up or go, in milliseconds. */
const patienceMilliseconds = 15_000;
/** How long a server that was told to stop waits for requests under way, in milliseconds. */
const closingMilliseconds = 10_000;

/**
 * Becomes the one server of a state directory, or finds that there is one.
 * @returns when the server answers; undefined where another one serves the same private socket.
 * @throws where another server holds the directory and is not reached as this one would be.
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

async function lockOrFindServer({ state, listen }: ServeOptions): Promise<Lock | undefined> {
  const start = performance.now();
  const path = join(state, 'server.lock');
  const own = listen.kind === 'private' ? listen.socket : null;
  for (;;) {
    const lock = await tryLock(path, own);
    if (lock) return lock;
    const holder = await readHolder(path);
    const socket = holder?.socket ?? own;
    if (own !== null && socket !== null && (await answers(socket))) return undefined;
    const who = holder ? `another server (process ${holder.pid})` : 'another server';
    if (own === null && holder) throw new Error(`${who} keeps its boxes in ${state}`);
    if (performance.now() - start > patienceMilliseconds) {
      throw new Error(`${who} holds ${path} but does not answer at ${socket}`);
    }
    await sleep(25);
  }
}

/** Runs the server; the heavy parts are loaded only by the one that has the lock. */
async function run(options: ServeOptions, lock: Lock): Promise<Serving> {
  const { listen, report } = options;
  const [{ createApp }, { assemble }] = await Promise.all([import('./app.ts'), import('./assemble.ts')]);
  const deps = await assemble(options);
  const { engine } = deps;
  const app = await createApp(deps, {
    access: listen.kind === 'tcp' ? byKey(new ApiKeys(options.state), listen.open) : ownerOnly,
    audit: listen.kind === 'tcp' ? openAudit(options.state, Date.now, report) : noAudit,
    tls: listen.kind === 'tcp' ? listen.tls : null,
    requestLog: options.requestLog,
    report,
  });
  const place = await open(app.http, listen);
  report(`serving ${engine.size} boxes at ${place.url}`);

  const idle = watchIdle({
    server: app.http.server,
    isEmpty: () => engine.size === 0,
    idleMilliseconds: options.idleSeconds === null ? null : options.idleSeconds * 1000,
    async whyUseless() {
      // Where its socket was cleaned away nobody can reach this server; the next one finds the boxes.
      if (!(await place.isOurs())) return 'the socket is gone';
      return (await lock.isHeld()) ? undefined : 'the state directory is gone';
    },
  });
  const stopped = Promise.race([idle, terminationSignal(), ...(options.left ? [options.left] : [])]).then(
    async (why) => {
      report(`stopping: ${why}`);
      await place.leave();
      app.sockets.end('the server stops');
      const late = setTimeout(() => app.http.server.closeAllConnections(), closingMilliseconds);
      await app.http.close();
      clearTimeout(late);
      if (await lock.isHeld()) await lock.giveBack();
      else await engine.disband();
    },
  );
  return { url: place.url, engine: engine.name, boxes: engine.size, stopped };
}

/** Where a server listens, once it does. */
interface Opened {
  readonly url: string;
  /** Whether what others find there is still this server. */
  isOurs(): Promise<boolean>;
  /** Takes away what would lead others here after the end. */
  leave(): Promise<void>;
}

async function open(http: FastifyInstance, listen: Listen): Promise<Opened> {
  if (listen.kind === 'tcp') {
    const url = await http.listen({ host: listen.host, port: listen.port });
    return { url, isOurs: async () => true, leave: async () => undefined };
  }
  const { socket } = listen;
  const inode = await listenPrivately(http.server, socket);
  const isOurs = async (): Promise<boolean> => (await stat(socket).catch(() => undefined))?.ino === inode;
  return {
    url: `unix:${socket}`,
    isOurs,
    async leave() {
      if (await isOurs()) await rm(socket, { force: true });
    },
  };
}

/** Boxes stay when the server is told to stop. Being told again, as a whole process group may be, changes nothing. */
function terminationSignal(): Promise<string> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => resolve(signal));
  });
}
