import { DevboxError } from '../base/errors.ts';
import type { TerminalStreams } from '../remote/access.ts';
import { accessTo } from './access.ts';
import type { CommandDeps } from './command.ts';
import { findBox } from './find-box.ts';
import type { Outcome } from './outcome.ts';
import type { SshConfig } from './settings.ts';

/**
 * Opens a shell on a box and hands it the terminal until it ends.
 * @throws DevboxError of kind `usage` where there is no terminal, or words that a shell has no place for.
 */
export async function openShell(
  identifier: string,
  words: readonly string[],
  ssh: SshConfig,
  deps: CommandDeps,
): Promise<Outcome> {
  if (words.length > 0) {
    throw new DevboxError('usage', 'interactive=true opens a shell, which takes no command', {
      code: 'exec/interactive-command',
      title: 'Usage Error',
      hint: 'Leave out either the command or interactive=true.',
    });
  }
  refuseJob(identifier, deps);
  const streams = terminalOf(deps);
  const access = await accessTo(await findBox(identifier, deps), ssh, deps);
  await deps.releaseTerminal();
  return { exit: await access.terminal(streams) };
}

/** A terminal is for one shell at a time. */
export function refuseJob(identifier: string, deps: CommandDeps): void {
  if (deps.job === null) return;
  throw new DevboxError('usage', 'ssh needs the terminal for itself, so it is no job of a multirun', {
    code: 'ssh/in-multirun',
    title: 'Usage Error',
    hint: `Run devbox ssh ${identifier} alone, or add print=true for the line that connects.`,
  });
}

export function terminalOf({ context, interactive }: CommandDeps): TerminalStreams {
  const [stdin, stdout] = [context.stdin.stream, context.stdout.stream];
  if (interactive && isTerminalInput(stdin) && isTerminalOutput(stdout)) return { stdin, stdout };
  throw new DevboxError('usage', 'a shell needs a terminal', {
    code: 'ssh/no-terminal',
    hint: 'Run it from a terminal, or run one command with devbox exec.',
  });
}

function isTerminalInput(stream: unknown): stream is NodeJS.ReadStream {
  return typeof stream === 'object' && stream !== null && 'setRawMode' in stream;
}

function isTerminalOutput(stream: unknown): stream is NodeJS.WriteStream {
  return typeof stream === 'object' && stream !== null && 'getWindowSize' in stream;
}
