import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Why nobody can see here what a process starts; undefined where somebody can. */
export function whyNoStrace(): string | undefined {
  const tried = spawnSync('strace', ['-qq', '-o', '/dev/null', '-e', 'trace=execve', 'true']);
  if (tried.error) return 'there is no strace on this machine (Debian: strace)';
  return tried.status === 0 ? undefined : 'strace may not look at processes here';
}

/** The words that run a program and write down every command line that it, and what it starts, executes. */
export const watched = (file: string): string[] => [
  'strace',
  ...['-f', '-qq', '-s', '1000000', '-e', 'trace=execve,execveat', '-e', 'signal=none', '-o', file],
];

/** The command lines that were written down, one on a line, as strace writes them. */
export const commandLines = (file: string): string =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line.includes('execve'))
    .join('\n');
