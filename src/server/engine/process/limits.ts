import { findProgram } from './isolation/tools.ts';

const bytesPerGb = 1024 ** 3;

let prlimit: Promise<string | undefined> | undefined;

/**
 * Words that run a program with so much memory for each of its processes at most; the same words where there is no
 * limit or the system has no such program. What is limited is what a process may write to: address space that is only
 * reserved, as many runtimes do, costs nothing.
 */
export async function memoryLimited(
  memoryGb: number | null,
  argv: readonly [string, ...string[]],
): Promise<readonly [string, ...string[]]> {
  if (memoryGb === null) return argv;
  prlimit ??= findProgram('prlimit');
  const program = await prlimit;
  return program ? [program, `--data=${Math.round(memoryGb * bytesPerGb)}`, '--', ...argv] : argv;
}
