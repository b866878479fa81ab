import { isRunning } from '../../identity.ts';
import type { BoxStatus } from '../engine.ts';
import { describeIsolation } from './isolation/describe.ts';
import type { Isolation } from './isolation/probe.ts';
import type { BoxProcesses } from './reap.ts';
import type { BoxRecord } from './record.ts';

/** Where a box is, by what was written down of it. */
export function statusOf({ wanted, made, main, failure }: BoxRecord): BoxStatus {
  if (wanted.startsWith('deleted')) return 'deleting';
  if (wanted === 'stopped') return 'stopped';
  if (main) return made ? 'running' : 'creating';
  if (failure) return failure.code === 0 ? 'stopped' : 'failed';
  return 'creating';
}

/** How far it is kept apart: while it runs, as it was when it began. */
export function isolationOf({ main, spec }: BoxRecord, now: Isolation): string {
  const without = { sandbox: null, why: now.sandbox ? 'until it is started anew' : now.why } as const;
  return describeIsolation(main && !main.init ? without : now, spec.memoryGb);
}

/**
 * By what its processes are known.
 * @param started process groups of commands that were started in it since.
 */
export async function processesIn(
  { id, main, spec }: BoxRecord,
  started: ReadonlySet<number>,
): Promise<BoxProcesses> {
  const groups = new Set(started);
  if (main && (await isRunning(main))) groups.add(main.pid);
  const init = main?.init && (await isRunning(main.init)) ? main.init.pid : null;
  const isIdle = spec.command === null;
  return {
    id,
    groups,
    init,
    // Bubblewrap and what it runs of ours; the user's own main process is asked like all others.
    keepers: ({ pid, group }) =>
      init !== null && (pid === init || pid === main?.pid || (isIdle && group === main?.pid)),
  };
}
