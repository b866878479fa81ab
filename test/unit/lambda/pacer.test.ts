import { describe, expect, test } from '@jest/globals';
import { Pacer } from '../../../src/providers/lambda/pacer.ts';
import { FakeClock } from '../../support/fake-clock.ts';

const start = 1_000_000;

async function times(kinds: readonly ('read' | 'launch')[], between = 0): Promise<number[]> {
  const clock = new FakeClock();
  const pacer = new Pacer(clock, { requestSeconds: 1, launchSeconds: 12 });
  const signal = new AbortController().signal;
  const sent: number[] = [];
  const all = async (): Promise<void> => {
    for (const kind of kinds) {
      await pacer.turn(kind === 'launch', signal);
      sent.push((clock.monotonic() - start) / 1000);
      clock.pass(between);
    }
  };
  await clock.run(all());
  return sent;
}

describe('Pacer', () => {
  test.each([
    {
      kinds: ['read', 'read', 'read'] as const,
      seconds: [0, 1, 2],
      name: 'any two requests are a second apart',
    },
    { kinds: ['launch', 'launch'] as const, seconds: [0, 12], name: 'two launches are twelve seconds apart' },
    {
      kinds: ['launch', 'read', 'launch', 'read'] as const,
      seconds: [0, 1, 12, 13],
      name: 'reads go between launches',
    },
  ])('$name', async ({ kinds, seconds }) => {
    expect(await times(kinds)).toEqual(seconds);
  });

  test('time that has passed anyway is not waited for again', async () => {
    expect(await times(['read', 'read', 'read'], 600)).toEqual([0, 1, 2]);
    expect(await times(['read', 'read'], 5000)).toEqual([0, 5]);
  });

  test('requests asked for at once queue up', async () => {
    const clock = new FakeClock();
    const pacer = new Pacer(clock, { requestSeconds: 1, launchSeconds: 12 });
    const signal = new AbortController().signal;
    const sent: number[] = [];
    const one = async (): Promise<void> => {
      await pacer.turn(false, signal);
      sent.push((clock.monotonic() - start) / 1000);
    };
    await clock.run(Promise.all([one(), one(), one()]));
    expect(sent).toEqual([0, 1, 2]);
  });

  test('a wait that is given up does not hold up the next', async () => {
    const clock = new FakeClock();
    const pacer = new Pacer(clock, { requestSeconds: 1, launchSeconds: 12 });
    const abort = new AbortController();
    await pacer.turn(true, abort.signal);
    expect(pacer.launchWaitSeconds).toBe(12);
    const given = pacer.turn(true, abort.signal);
    abort.abort(new Error('enough'));
    await expect(given).rejects.toThrow('enough');
    await clock.run(pacer.turn(false, new AbortController().signal));
    expect(clock.monotonic()).toBe(start + 1000);
  });
});
