import { constants } from 'node:os';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type Docker from 'dockerode';
import * as z from 'zod/mini';
import type { Exit } from '../engine.ts';
import type { EngineClient } from './client.ts';

/** A process that an engine has been asked to start in a container, and the stream to it. */
export interface StartedExec {
  readonly id: string;
  readonly stream: Duplex;
}

export interface ExecRequest {
  readonly container: string;
  readonly argv: readonly string[];
  readonly tty: boolean;
  readonly env: readonly string[];
}

/** Makes a process that can be started in a running container. @throws EngineRefusal */
export function makeExec(client: EngineClient, request: ExecRequest): Promise<Docker.Exec> {
  const { container, argv, tty, env } = request;
  return client.ask((docker) =>
    docker.getContainer(container).exec({
      Cmd: [...argv],
      Env: [...env],
      Tty: tty,
      AttachStdin: true,
      AttachStdout: true,
      AttachStderr: true,
    }),
  );
}

/** Makes a process and starts it. @throws EngineRefusal */
export async function startExec(
  client: EngineClient,
  container: string,
  argv: readonly string[],
): Promise<StartedExec> {
  const exec = await makeExec(client, { container, argv, tty: false, env: [] });
  const stream = await client.ask(() => exec.start({ hijack: true, stdin: true }));
  // Its end is all that is said of an engine that goes away.
  stream.on('error', () => undefined);
  return { id: exec.id, stream };
}

const inspectSchema = z.object({ Running: z.boolean(), ExitCode: z.nullish(z.int()) });

/** How often it is looked whether a process has ended whose streams are held open, in milliseconds. */
const lookMilliseconds = 500;
const soonMilliseconds = 20;
/** How long the output of a process that has ended is waited for, in milliseconds. */
const lateMilliseconds = 2_000;

/**
 * Resolves when a process has ended that is known to have begun.
 * @param quiet resolves when its streams have ended, which mostly means that it has as well.
 * @param sent signals that it was sent from here: an exit status is taken for the end by one of them only then.
 */
export async function exitOf(
  client: EngineClient,
  exec: string,
  quiet: Promise<void>,
  sent: ReadonlySet<NodeJS.Signals>,
): Promise<Exit> {
  let isQuiet = false;
  void quiet.then(() => {
    isQuiet = true;
  });
  for (;;) {
    const found = await lookAt(client, exec);
    if (found === 'gone') return { code: 137, signal: 'SIGKILL' };
    if (found !== 'running') {
      // What it wrote may still be on its way; what it left behind may hold its streams for ever.
      if (!isQuiet) await Promise.race([quiet, sleep(lateMilliseconds)]);
      return asExit(found, sent);
    }
    await Promise.race([sleep(isQuiet ? soonMilliseconds : lookMilliseconds), ...(isQuiet ? [] : [quiet])]);
  }
}

/** The exit status, or `gone` where container or engine have gone: the process is not ours to reach any more. */
async function lookAt(client: EngineClient, exec: string): Promise<number | 'running' | 'gone'> {
  try {
    const { Running, ExitCode } = z.parse(
      inspectSchema,
      await client.ask((docker) => docker.getExec(exec).inspect()),
    );
    return Running || typeof ExitCode !== 'number' ? 'running' : ExitCode;
  } catch {
    return 'gone';
  }
}

function asExit(code: number, sent: ReadonlySet<NodeJS.Signals>): Exit {
  const signal = [...sent].find((each) => constants.signals[each] === code - 128);
  return { code, signal: signal ?? null };
}
