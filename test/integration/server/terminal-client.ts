import { systemClock } from '../../../src/base/clock.ts';
import { openLocal } from '../../../src/providers/local/index.ts';

/** A program that hands its terminal over to a shell in the box named in its second argument, as `ssh` does. */
const [paths, name] = [JSON.parse(process.argv[2] ?? ''), process.argv[3]];
const [stdin, output] = [
  { stream: process.stdin, isTTY: true },
  { stream: process.stdout, isTTY: true, columns: 80 },
];
const provider = await openLocal(
  { provider: 'local', engine: 'process', timeout: 10, idle_timeout: 30 },
  {
    stdin,
    stdout: output,
    stderr: output,
    env: {},
    cwd: '/',
    paths,
    clock: systemClock,
    random: Math.random,
    signal: new AbortController().signal,
    unanswered: new Set(),
    user: { name: 'someone', host: 'here' },
    version: 'test',
  },
  { emit: () => undefined },
);
const box = (await provider.list()).find((candidate) => candidate.name === name);
if (!box) throw new Error('no such box');
try {
  const code = await provider.server?.access(box).terminal({ stdin: process.stdin, stdout: process.stdout });
  console.log(`ended with ${code}, raw ${process.stdin.isRaw}`);
} catch (error) {
  console.log(
    `failed: ${error instanceof Error ? error.message : String(error)}, raw ${process.stdin.isRaw}`,
  );
}
