import { execFile } from 'node:child_process';
import { hasCode } from '../../base/files.ts';
import { cleanLine } from '../../base/text.ts';
import { ApiProblem } from '../problem.ts';
import type { Gpu, ReadGpus } from './gpu.ts';
import { parseGpus, queryFields } from './parse.ts';

/** Longest wait for nvidia-smi in milliseconds; without a loaded driver's persistence it takes seconds. */
const patienceMilliseconds = 10_000;
/** How long what it said is good for, in milliseconds; and how long it is left alone after it failed. */
const freshMilliseconds = 1_000;
const failedMilliseconds = 10_000;

/**
 * Makes what reads GPUs through `nvidia-smi` on the PATH. Callers at the same time share one run, and what it said is
 * kept for a moment. A machine without it has no GPUs; one that hangs is given up.
 * @param monotonic milliseconds that only grow.
 * @param patience longest wait for one run, in milliseconds.
 */
export function nvidiaSmi(monotonic: () => number, patience = patienceMilliseconds): ReadGpus {
  let last: { readonly gpus: Promise<Gpu[]>; until: number } | undefined;
  return () => {
    if (last && monotonic() < last.until) return last.gpus;
    const asked = { gpus: ask(patience), until: Number.POSITIVE_INFINITY };
    last = asked;
    asked.gpus.then(
      () => {
        asked.until = monotonic() + freshMilliseconds;
      },
      () => {
        asked.until = monotonic() + failedMilliseconds;
      },
    );
    return asked.gpus;
  };
}

async function ask(patience: number): Promise<Gpu[]> {
  try {
    return parseGpus(await run(patience));
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return [];
    const why = error instanceof Error ? error.message : String(error);
    throw new ApiProblem(
      503,
      'gpus-unknown',
      `the GPUs of this server cannot be read: ${cleanLine(why, 300)}`,
    );
  }
}

/** What nvidia-smi writes. One that the kernel holds cannot be killed, so its end is not waited for. */
function run(milliseconds: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const args = [`--query-gpu=${queryFields.join(',')}`, '--format=csv,noheader,nounits'];
    const options = { encoding: 'utf8', maxBuffer: 256 * 1024, env: process.env } as const;
    const child = execFile('nvidia-smi', args, options, (error, stdout, stderr) => {
      clearTimeout(timer);
      if (/^No devices were found/m.test(stdout)) resolve('');
      else if (!error) resolve(stdout);
      else if (hasCode(error, 'ENOENT')) reject(error);
      else reject(new Error(`nvidia-smi failed: ${(stderr || stdout || error.message).trim()}`));
    });
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      child.unref();
      reject(new Error(`nvidia-smi did not answer within ${milliseconds / 1000} s`));
    }, milliseconds);
  });
}
