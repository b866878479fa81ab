// What the benchmarks share: whole processes timed turn by turn, medians, and lines of figures.
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The bin, as built. */
export const main = join(dirname(dirname(fileURLToPath(import.meta.url))), 'dist', 'main.js');

export const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];

export const say = (label, text) => console.log(`${label.padEnd(44)} ${text}`);

/** Milliseconds that an action takes. */
export async function timed(action) {
  const start = process.hrtime.bigint();
  await action();
  return Number(process.hrtime.bigint() - start) / 1e6;
}

/** Runs a program to its end, which must be a good one. */
export function runs(file, argv, options) {
  return new Promise((resolve, reject) => {
    const child = spawn(file, argv, { stdio: ['ignore', 'ignore', 'pipe'], ...options });
    let complaint = '';
    child.stderr?.on('data', (data) => {
      complaint += data;
    });
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`${argv.join(' ')} ended with ${code}: ${complaint}`));
    });
  });
}

/**
 * How many times longer one thing takes than another, turn by turn, so that a machine that gets slower meanwhile slows both.
 * @returns medians: of the ratio, and of both in milliseconds.
 */
export async function compare(own, other, turns) {
  await own();
  const [owns, others] = [[], []];
  for (let turn = 0; turn < turns; turn++) {
    others.push(await timed(other));
    owns.push(await timed(own));
  }
  return {
    ratio: median(owns.map((time, turn) => time / others[turn])),
    own: median(owns),
    other: median(others),
  };
}
