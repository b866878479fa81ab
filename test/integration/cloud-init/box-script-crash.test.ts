import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { type Box, box, makeSandbox, type Sandbox, whyNot } from './sandbox.ts';

const reason = whyNot();
if (reason !== undefined) console.warn(`notice: crashes of the boxes are not tried: ${reason}`);
const onBoxes = reason === undefined ? describe : describe.skip;

const storage = box('storage');
const nix = box('nix');

onBoxes('a crash', () => {
  test('at any step of mounting leaves what the next boot, or the next box, makes whole', async () => {
    const points = await callsOf(`${storage} >/dev/null`);
    expect(points.length).toBeGreaterThan(20);
    await atEach(points, async (sandbox, point, again) => {
      const crashed = await (await sandbox.box('one')).run(storage, { killAt: point });
      await sandbox.agePastClaim();
      const { status, output } = await (await again()).run(
        `${storage} && cat /home/ubuntu/.bashrc /home/ubuntu/bin/tool && stat -c '%a %u' /home/ubuntu &&
         findmnt -no FSTYPE /nix`,
      );
      expect({ point, crashed: crashed.status, status, output }).toEqual({
        point,
        crashed: 137,
        status: 0,
        output: expect.stringMatching(/# fresh\n#!\/bin\/sh\n750 4321\next4\n$/),
      });
      expect(await readdir(join(sandbox.shared, '.devbox'))).toEqual(['writer']);
    });
  }, 120_000);

  test('at any step of installing Nix leaves what the next boot, or the next box, makes whole', async () => {
    const mounted = `KILL_AT= ${storage} >/dev/null; rm /run/calls`;
    const points = await callsOf(`${mounted}; ${nix} >/dev/null`);
    expect(points.length).toBeGreaterThan(8);
    await atEach(points, async (sandbox, point, again) => {
      const crashed = await (await sandbox.box('one')).run(`${mounted}; ${nix}`, { killAt: point });
      await sandbox.agePastClaim();
      const { status, output } = await (await again()).run(
        `${storage} && ${nix} && cat /etc/nix/nix*.conf /home/ubuntu/.config/home-manager/home.nix && getent passwd nixbld1`,
      );
      expect({ point, crashed: crashed.status, status, output }).toEqual({
        point,
        crashed: 137,
        status: 0,
        output: expect.stringMatching(/flakes\n[\s\S]*"\/home\/ubuntu"[\s\S]*\nnixbld1:x:30001:30000:/),
      });
    });
  }, 120_000);
});

/** `mkdir 1`, `mv 1`, `mv 2`, ...: the calls of a whole run, each with its number among those of its program. */
async function callsOf(command: string): Promise<string[]> {
  const sandbox = await makeSandbox();
  const numbers = new Map<string, number>();
  const { output } = await (await sandbox.box('one')).run(`${command}; cat /run/calls`);
  await sandbox.remove();
  return output
    .split('\n')
    .filter((line) => /^[a-z0-9.]+$/.test(line))
    .map((name) => {
      const number = (numbers.get(name) ?? 0) + 1;
      numbers.set(name, number);
      return `${name} ${number}`;
    });
}

/** Tries each point on a filesystem of its own, a few at once; what comes after is by turns the same box and another. */
async function atEach(
  points: readonly string[],
  attempt: (sandbox: Sandbox, point: string, again: () => Promise<Box>) => Promise<void>,
): Promise<void> {
  const left = [...points.entries()];
  const work = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      const [i, point] = next;
      const sandbox = await makeSandbox();
      try {
        await attempt(sandbox, point, () => sandbox.box(i % 2 === 0 ? 'one' : 'two'));
      } finally {
        await sandbox.remove();
      }
    }
  };
  await Promise.all([work(), work(), work()]);
}
