import { setTimeout as sleep } from 'node:timers/promises';
import { type Account, differences, look } from './account.ts';
import { ask } from './ask.ts';
import type { Devbox } from './devbox.ts';
import { leases } from './shapes.ts';

export interface CleaningUp {
  readonly devbox: Devbox;
  readonly home: string;
  readonly before: Account;
  readonly log: (line: string) => void;
  /** How long to try, and how often, in milliseconds. */
  readonly limits: { readonly total: number; readonly pause: number };
}

/**
 * Ends what the leases of this home are on, and nothing else, until all is as it was before. Nothing interrupts it: what is
 * left costs money.
 * @returns what is different in the end, in words; empty where nothing is.
 */
export async function cleanUp(cleaning: CleaningUp): Promise<string[]> {
  const { total, pause } = cleaning.limits;
  let left: string[] = [];
  const end = performance.now() + total;
  for (;;) {
    const now = await round(cleaning).catch((error: unknown) => [
      error instanceof Error ? error.message : String(error),
    ]);
    if (now.length === 0 || performance.now() >= end) return now;
    if (now.join() !== left.join()) cleaning.log(`cleaning up: ${now.join('; ')}`);
    left = now;
    await sleep(pause);
  }
}

async function round({ devbox, home, before, log }: CleaningUp): Promise<string[]> {
  const options = { isExcusable: false };
  for (const lease of await ask(devbox, ['lease', 'list'], leases, options)) {
    // Its box was there before it: nobody here made that one.
    if (lease.instance_id !== null && before.instances.has(lease.instance_id)) continue;
    const { error } = await devbox(['down', lease.id]);
    if (error) log(`down ${lease.name}: ${error.message}`);
  }
  const { error } = await devbox(['cleanup']);
  if (error) log(`cleanup: ${error.message}`);
  return differences(before, await look(devbox, home, options));
}
