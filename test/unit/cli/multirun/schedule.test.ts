import { describe, expect, it } from '@jest/globals';
import { runJobs } from '../../../../src/cli/multirun/schedule.ts';

/** Jobs that end when they are told to, and a log of what began and ended. */
function stage(count: number) {
  const log: string[] = [];
  const ends = new Map<number, () => void>();
  return {
    log,
    jobs: Array.from({ length: count }, (_, number) => number),
    run: async (number: number): Promise<string> => {
      log.push(`+${number}`);
      await new Promise<void>((resolve) => ends.set(number, resolve));
      log.push(`-${number}`);
      return `result ${number}`;
    },
    async end(...numbers: number[]): Promise<void> {
      for (const number of numbers) {
        ends.get(number)?.();
        await new Promise(setImmediate);
      }
    },
  };
}

describe('runJobs', () => {
  const signal = new AbortController().signal;

  it('runs one after another', async () => {
    const { jobs, run, end, log } = stage(3);
    const all = runJobs(jobs, { atOnce: 1, batchSize: null, signal }, run);
    await end(0, 1, 2);
    expect(await all).toEqual(['result 0', 'result 1', 'result 2']);
    expect(log).toEqual(['+0', '-0', '+1', '-1', '+2', '-2']);
  });

  it('runs some at a time and gives results in the order of the jobs', async () => {
    const { jobs, run, end, log } = stage(4);
    const all = runJobs(jobs, { atOnce: 2, batchSize: null, signal }, run);
    await end(1, 0, 3, 2);
    expect(await all).toEqual(['result 0', 'result 1', 'result 2', 'result 3']);
    expect(log).toEqual(['+0', '+1', '-1', '+2', '-0', '+3', '-3', '-2']);
  });

  it('ends a batch before the next one begins', async () => {
    const { jobs, run, end, log } = stage(3);
    const all = runJobs(jobs, { atOnce: 3, batchSize: 2, signal }, run);
    await end(1, 0, 2);
    expect(await all).toHaveLength(3);
    expect(log).toEqual(['+0', '+1', '-1', '-0', '+2', '-2']);
  });

  it('begins none once it is stopped', async () => {
    const stopping = new AbortController();
    const { jobs, run, end, log } = stage(5);
    const all = runJobs(jobs, { atOnce: 2, batchSize: 2, signal: stopping.signal }, run);
    stopping.abort();
    await end(0, 1);
    expect(await all).toEqual(['result 0', 'result 1']);
    expect(log).toEqual(['+0', '+1', '-0', '-1']);
  });
});
