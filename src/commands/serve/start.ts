import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod/mini';
import type { Context } from '../../base/context.ts';
import { DevboxError } from '../../base/errors.ts';
import { cleanLine } from '../../base/text.ts';

const readySchema = z.object({ url: z.string(), engine: z.string(), boxes: z.int(), pid: z.int() });

/** A server that answers. */
export interface RunningServer {
  readonly ready: z.infer<typeof readySchema>;
  /** Its exit code, once it has ended. */
  readonly ended: Promise<number>;
}

/** What the server may know of the environment: where things are, and no secret. */
const passedOn = [
  'HOME',
  'USER',
  'PATH',
  'LANG',
  'TMPDIR',
  'XDG_RUNTIME_DIR',
  'DOCKER_HOST',
  'DOCKER_TLS_VERIFY',
  'DOCKER_CERT_PATH',
  'NODE_EXTRA_CA_CERTS',
];

/**
 * Starts the server's program beside this process and waits until it answers. It writes its log to this process's standard error, and
 * ends with it.
 * @throws DevboxError with the server's own words where it cannot start.
 */
export async function startServer(words: readonly string[], context: Context): Promise<RunningServer> {
  const program = join(context.paths.package, 'dist', 'server.mjs');
  const child = spawn(process.execPath, [program, ...words], {
    stdio: ['pipe', 'ignore', 'inherit', 'pipe'],
    env: Object.fromEntries(
      passedOn.flatMap((name) => (context.env[name] === undefined ? [] : [[name, context.env[name]]])),
    ),
  });
  // Ctrl-C reaches it from the terminal as well; being told twice changes nothing.
  const stop = (): void => void child.kill('SIGTERM');
  context.signal.addEventListener('abort', stop, { once: true });
  const ended = exitOf(child).finally(() => context.signal.removeEventListener('abort', stop));
  const line = await firstLine(child);
  context.signal.throwIfAborted();
  if (line.startsWith('ready ')) {
    return { ready: z.parse(readySchema, JSON.parse(line.slice('ready '.length))), ended };
  }
  throw new DevboxError('failed', 'the server did not start', {
    code: 'serve/not-started',
    details: [{ label: 'Reason', value: cleanLine(line, 400) || `it ended with status ${await ended}` }],
    hint: 'Another port is given with port=N, another directory with state_dir=DIR.',
  });
}

function exitOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)));
  });
}

/** The line that the server says on its fourth stream; empty where it ended without one. */
function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    const pipe = child.stdio[3];
    let text = '';
    pipe?.on('data', (bytes: Buffer) => {
      text += bytes.toString('utf8');
    });
    pipe?.once('close', () => resolve(text.split('\n', 1)[0] ?? ''));
  });
}
