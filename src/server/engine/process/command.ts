import { spawn } from 'node:child_process';
import { hasCode } from '../../../base/files.ts';
import { CommandNotStarted, type RunningCommand } from '../engine.ts';
import { exitOf, spawned } from './main-process.ts';
import { trySignal } from './reap.ts';

/** A running command and the process group it leads. */
export interface StartedCommand extends RunningCommand {
  readonly group: number;
}

/**
 * Starts a program with exactly these words, in a process group of its own.
 * @throws CommandNotStarted
 */
export async function startCommand(
  argv: readonly [string, ...string[]],
  where: { readonly cwd: string; readonly env: Readonly<Record<string, string>> },
): Promise<StartedCommand> {
  const [file, ...args] = argv;
  if (argv.some((word) => word.includes('\0'))) {
    throw new CommandNotStarted(126, 'a word of the command holds a NUL byte');
  }
  if (file === '') throw new CommandNotStarted(127, "'': command not found");
  const child = spawn(file, args, { cwd: where.cwd, env: where.env, detached: true, stdio: 'pipe' });
  const exited = exitOf(child);
  try {
    const group = await spawned(child);
    // A command that does not read its input is nothing unusual.
    child.stdin.on('error', () => undefined);
    return {
      stdin: child.stdin,
      stdout: child.stdout,
      stderr: child.stderr,
      exited,
      group,
      kill: (signal) => trySignal(-group, signal),
    };
  } catch (error) {
    throw notStarted(file, error);
  }
}

function notStarted(file: string, error: unknown): CommandNotStarted {
  if (hasCode(error, 'ENOENT')) return new CommandNotStarted(127, `${file}: command not found`);
  if (hasCode(error, 'EACCES')) return new CommandNotStarted(126, `${file}: permission denied`);
  if (hasCode(error, 'E2BIG')) return new CommandNotStarted(126, `${file}: argument list too long`);
  return new CommandNotStarted(126, `${file}: ${error instanceof Error ? error.message : String(error)}`);
}
