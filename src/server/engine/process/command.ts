import { type ChildProcess, spawn } from 'node:child_process';
import { hasCode } from '../../../base/files.ts';
import { CommandNotStarted, type RunningCommand } from '../engine.ts';
import { exitOf, spawned } from './main-process.ts';
import type { PipeMaker, StandardStreams } from './pipes.ts';
import { trySignal } from './reap.ts';

/** A running command and the process group it leads. */
export interface StartedCommand extends RunningCommand {
  readonly group: number;
}

/**
 * Starts a program with exactly these words, in a process group of its own.
 * @param pipes makes its streams; without it they are Node's sockets.
 * @throws CommandNotStarted
 */
export async function startCommand(
  argv: readonly [string, ...string[]],
  where: { readonly cwd: string; readonly env: Readonly<Record<string, string>> },
  pipes: PipeMaker | undefined,
): Promise<StartedCommand> {
  const [file, ...args] = argv;
  if (argv.some((word) => word.includes('\0'))) {
    throw new CommandNotStarted(126, 'a word of the command holds a NUL byte');
  }
  if (file === '') throw new CommandNotStarted(127, "'': command not found");
  const options = { cwd: where.cwd, env: where.env, detached: true };
  try {
    if (pipes) return await withPipes(file, args, options, await pipes.open());
    const child = spawn(file, args, { ...options, stdio: 'pipe' });
    return await started(child, child);
  } catch (error) {
    throw notStarted(file, error);
  }
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
): Promise<StartedCommand> {
  try {
    return await started(spawn(file, args, { ...options, stdio: streams.stdio }), streams);
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
): Promise<StartedCommand> {
  const exited = exitOf(child);
  const group = await spawned(child);
  // A command that does not read its input is nothing unusual.
  stdin.on('error', () => undefined);
  return { stdin, stdout, stderr, exited, group, kill: (signal) => trySignal(-group, signal) };
}

function notStarted(file: string, error: unknown): CommandNotStarted {
  if (hasCode(error, 'ENOENT')) return new CommandNotStarted(127, `${file}: command not found`);
  if (hasCode(error, 'EACCES')) return new CommandNotStarted(126, `${file}: permission denied`);
  if (hasCode(error, 'E2BIG')) return new CommandNotStarted(126, `${file}: argument list too long`);
  return new CommandNotStarted(126, `${file}: ${error instanceof Error ? error.message : String(error)}`);
}
