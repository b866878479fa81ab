import { describe, expect, it } from '@jest/globals';
import { systemClock } from '../../../src/base/clock.ts';

describe('a sleep', () => {
  it('may be longer than a timer can count', async () => {
    const warnings: Error[] = [];
    const note = (warning: Error): void => void warnings.push(warning);
    process.on('warning', note);
    const stop = new AbortController();
    let woken = false;
    const sleep = systemClock.sleep(3e9, stop.signal).finally(() => {
      woken = true;
    });
    await systemClock.sleep(20);
    expect(woken).toBe(false);
    stop.abort(new Error('enough'));
    await expect(sleep).rejects.toThrow('enough');
    process.off('warning', note);
    expect(warnings).toEqual([]);
  });

  it.each([0, -1])('of %d ms is none', async (milliseconds) => {
    await expect(systemClock.sleep(milliseconds)).resolves.toBeUndefined();
  });
});
