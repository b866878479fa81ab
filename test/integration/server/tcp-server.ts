import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApiKeys } from '../../../src/server/auth/keys.ts';
import { processesOf, until } from './world.ts';

/** The server's program on a port of loopback, where everybody needs a key. */
export interface TcpServer {
  /** Without a slash at its end. */
  readonly url: string;
  readonly state: string;
  readonly key: string;
  readonly pid: number;
  /** What it has written to its log so far. */
  log(): string;
  /** The lines of its audit log. */
  readonly auditLog: string;
  call(
    method: string,
    path: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Answer>;
  /** Ends it at once; its boxes stay. */
  kill(): Promise<void>;
  /** Ends it as Ctrl-C does. */
  stop(): Promise<void>;
  /** Ends its boxes, it, and what it kept. @returns the command lines of processes that are left; none is right. */
  end(): Promise<string[]>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** What the JSON says; the text where it is none. */
  readonly body: unknown;
}

/**
 * @param packageRoot what `bundleServer` gave.
 * @param root the directory of an earlier one, for a server that finds its boxes.
 */
export async function startTcpServer(options: {
  readonly packageRoot: string;
  readonly words?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly root?: string;
}): Promise<TcpServer> {
  const root = options.root ?? (await mkdtemp(join(tmpdir(), 'devbox-tcp-test-')));
  const state = join(root, 'state');
  const { key } = await new ApiKeys(state).add('tester', new Date());
  const program = join(options.packageRoot, 'dist', 'server.mjs');
  const words = ['--state', state, '--homes', join(root, 'homes'), '--host', '127.0.0.1', '--port', '0'];
  const child = spawn(process.execPath, [program, ...words, '--request-log', ...(options.words ?? [])], {
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
  });
  let log = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    log += text;
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const { url } = await readyLine(child, () => log);
  const call: TcpServer['call'] = async (method, path, body, headers = { 'api-key': key }) => {
    const isRaw = typeof body === 'string' || body instanceof FormData;
    const answer = await fetch(`${url}${path}`, {
      method,
      headers: { ...(isRaw || body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: isRaw ? body : JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, body: parsed(text) };
  };
  const finish = (signal: NodeJS.Signals) => async (): Promise<void> => {
    child.kill(signal);
    await ended;
  };
  const stop = finish('SIGTERM');
  return {
    url,
    state,
    key,
    pid: child.pid ?? 0,
    log: () => log,
    auditLog: join(state, 'audit.log'),
    call,
    kill: finish('SIGKILL'),
    stop,
    async end() {
      const { body } = await call('GET', '/v1/containers');
      for (const { uuid } of Array.isArray(body) ? body : []) {
        await call('DELETE', `/v1/containers/${uuid}?purge=true`);
      }
      await stop();
      await until('', async () => (await processesOf(root)).length === 0).catch(() => undefined);
      const left = await processesOf(root);
      await rm(root, { recursive: true, force: true });
      return left;
    },
  };
}

function readyLine(child: ChildProcess, log: () => string): Promise<{ readonly url: string }> {
  return new Promise((resolve, reject) => {
    let said = '';
    child.stdio[3]?.on('data', (bytes: Buffer) => {
      said += bytes.toString();
      if (said.startsWith('ready ') && said.endsWith('\n')) resolve(JSON.parse(said.slice('ready '.length)));
    });
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}: ${said}${log()}`)));
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
