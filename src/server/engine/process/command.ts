import { type ChildProcess, spawn } from 'node:child_process';
import { hasCode } from '../../../base/files.ts';
import { listProcesses } from '../../processes.ts';
import { CommandNotStarted, type RunningCommand } from '../engine.ts';
import type { Entry } from './isolation/enter.ts';
import { exitOf, spawned } from './main-process.ts';
import type { PipeMaker, StandardStreams } from './pipes.ts';
import { trySignal } from './reap.ts';

/** A running command and the process group it leads. */
export interface StartedCommand extends RunningCommand {
  readonly group: number;
}

/**
 * Starts a command, in a process group of its own.
 * @param argv the words of the command.
 * @param entry what has to be executed to run it; leads it in where it has other words.
 * @param pipes makes its streams; without it they are Node's sockets.
 * @throws CommandNotStarted
 */
export async function startCommand(
  argv: readonly [string, ...string[]],
  entry: Entry,
  pipes: PipeMaker | undefined,
): Promise<StartedCommand> {
  const [file, ...args] = entry.argv;
  const options = { cwd: entry.cwd, env: entry.env, detached: true };
  const isLed = file !== argv[0];
  try {
    if (pipes) return await withPipes(file, args, options, await pipes.open(), isLed);
    const child = spawn(file, args, { ...options, stdio: 'pipe' });
    return await started(child, child, isLed);
  } catch (error) {
    throw notStarted(argv[0], error);
  }
}

/** @throws CommandNotStarted for words that no command can have. */
export function checkWords(argv: readonly [string, ...string[]]): void {
  if (argv.some((word) => word.includes('\0'))) {
    throw new CommandNotStarted(126, 'a word of the command holds a NUL byte');
  }
  if (argv[0] === '') throw new CommandNotStarted(127, "'': command not found");
}

interface SpawnOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly detached: boolean;
}

async function withPipes(
  file: string,
  args: readonly string[],
  options: SpawnOptions,
  streams: StandardStreams,
  isLed: boolean,
): Promise<StartedCommand> {
  try {
    return await started(spawn(file, args, { ...options, stdio: streams.stdio }), streams, isLed);
  } catch (error) {
    for (const stream of [streams.stdin, streams.stdout, streams.stderr]) stream.destroy();
    throw error;
  } finally {
    streams.release();
  }
}

async function started(
  child: ChildProcess,
  { stdin, stdout, stderr }: Pick<RunningCommand, 'stdin' | 'stdout' | 'stderr'>,
  isLed: boolean,
): Promise<StartedCommand> {
  const exited = exitOf(child);
  const group = await spawned(child);
  // A command that does not read its input is nothing unusual.
  stdin.on('error', () => undefined);
  return { stdin, stdout, stderr, exited, group, kill: (signal) => void signalGroup(group, signal, isLed) };
}

/**
 * Who leads a command into a box ends as that does. Ended by the same signal it would seem over while the command still
 * tidies up; SIGKILL leaves nobody to wait for.
 */
async function signalGroup(group: number, signal: NodeJS.Signals, isLed: boolean): Promise<void> {
  if (!isLed || signal === 'SIGKILL') return trySignal(-group, signal);
  for (const info of await listProcesses()) {
    if (info.group === group && info.pid !== group) trySignal(info.pid, signal);
  }
}

function notStarted(file: string, error: unknown): CommandNotStarted {
  if (hasCode(error, 'ENOENT')) return new CommandNotStarted(127, `${file}: command not found`);
  if (hasCode(error, 'EACCES')) return new CommandNotStarted(126, `${file}: permission denied`);
  if (hasCode(error, 'E2BIG')) return new CommandNotStarted(126, `${file}: argument list too long`);
  return new CommandNotStarted(126, `${file}: ${error instanceof Error ? error.message : String(error)}`);
}
