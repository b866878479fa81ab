import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startCommand } from '../command.ts';
import { startMain } from '../main-process.ts';
import { trySignal } from '../reap.ts';
import { RunStatus } from '../run-status.ts';
import { enterArgv } from './enter.ts';
import { hiddenDirectories } from './hidden.ts';
import type { Sandbox } from './sandbox.ts';
import { findTools } from './tools.ts';

/** Whether boxes can be kept apart here, or why they cannot. */
export type Isolation = { readonly sandbox: Sandbox } | { readonly sandbox: null; readonly why: string };

/**
 * Finds out by making a box and entering it: whether a machine lets its users do that depends on its kernel, its
 * settings, and on what it runs in itself.
 * @param own directories of devbox's that no box may see.
 */
export async function probeIsolation(own: readonly string[]): Promise<Isolation> {
  if (process.platform !== 'linux') return without('bubblewrap is for Linux');
  const tools = await findTools();
  if (tools === 'bwrap') return without('bubblewrap is not installed');
  if (typeof tools === 'string') return without(`${tools} is not installed`);
  const [uid = 0, gid = 0] = [process.getuid?.(), process.getgid?.()];
  const directory = await mkdtemp(join(tmpdir(), 'devbox-probe-'));
  try {
    const sandbox: Sandbox = { tools, uid, gid, hidden: await hiddenDirectories(own) };
    await tryOut(sandbox, directory);
    return { sandbox };
  } catch (error) {
    return without(
      `bubblewrap does not work here: ${error instanceof Error ? error.message : String(error)}`,
    );
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

const without = (why: string): Isolation => ({ sandbox: null, why });

async function tryOut(sandbox: Sandbox, directory: string): Promise<void> {
  const home = join(directory, 'home');
  await mkdir(home);
  const status = new RunStatus(join(directory, 'status'));
  const env = { PATH: '/usr/bin:/bin' };
  const box = { name: 'probe', home, places: [], gpus: [], memoryGb: null };
  const { running } = await startMain({ sandbox, box, command: null, env, pipes: null, status });
  const init = running?.init?.pid;
  if (init === undefined) throw new Error('its first process ended');
  try {
    const entry = enterArgv(sandbox, init, { argv: ['true'], env, cwd: home });
    const entered = await startCommand(['true'], entry, undefined);
    let said = '';
    entered.stderr.on('data', (bytes: Buffer) => {
      said += bytes.toString();
    });
    entered.stdin.destroy();
    const { code } = await entered.exited;
    if (code !== 0) throw new Error(said.trim() || `a command in it ended with status ${code}`);
  } finally {
    trySignal(init, 'SIGKILL');
  }
}
