import { test } from '@jest/globals';
import { whyNoMoto } from '../moto.ts';

const missing = whyNoMoto();
if (missing) console.warn(`notice: scenarios of AWS projects are skipped: ${missing}`);

/**
 * One acceptance scenario, or a part of one, under its number; the table at the end of the run (scenario-reporter.mjs) shows
 * them. Skipped, with a notice, where there is no emulator.
 */
export function scenario(
  number: number,
  title: string,
  run: () => Promise<void>,
  timeoutMilliseconds?: number,
): void {
  (missing ? test.skip : test)(`scenario ${number}: ${title}`, run, timeoutMilliseconds);
}
