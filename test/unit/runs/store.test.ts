import { readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { drawLeaseId } from '../../../src/leases/lease.ts';
import type { Run } from '../../../src/runs/run.ts';
import { keptRuns, listRuns, pruneRuns, writeRun } from '../../../src/runs/store.ts';
import { makeTree, type Tree } from '../../support/tree.ts';

let tree: Tree;
let folder: string;
beforeEach(() => {
  tree = makeTree({});
  folder = join(tree.path, 'state', 'runs');
});
afterEach(() => tree.remove());

/** The run that began so many seconds after a fixed time. */
function runAt(second: number): Run {
  return {
    version: 1,
    id: drawLeaseId(Math.random),
    command: 'up',
    overrides: ['command=up'],
    rest: null,
    hidden: [],
    config: { dirs: [], path: null, name: 'config' },
    cwd: '/',
    devbox: '0.1.0',
    startedAt: new Date(1_700_000_000_000 + second * 1000).toISOString(),
    seconds: null,
    exit: null,
    boxes: [],
  };
}

it('keeps records that only the user can read, newest first', async () => {
  const runs = [runAt(1), runAt(3), runAt(2)];
  for (const run of runs) await writeRun(folder, run);
  expect((await listRuns(folder)).map(({ id }) => id)).toEqual([runs[1]?.id, runs[2]?.id, runs[0]?.id]);
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  for (const name of readdirSync(folder)) expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
});

it('replaces a record', async () => {
  const run = runAt(1);
  await writeRun(folder, run);
  await writeRun(folder, { ...run, exit: 5, seconds: 2 });
  expect(await listRuns(folder)).toEqual([{ ...run, exit: 5, seconds: 2 }]);
});

it('passes over what is no record', async () => {
  await writeRun(folder, runAt(1));
  writeFileSync(join(folder, 'dbx_000000000000.json'), '{');
  writeFileSync(join(folder, 'dbx_000000000001.json'), JSON.stringify(runAt(2)));
  writeFileSync(join(folder, 'notes.txt'), 'x');
  expect(await listRuns(folder)).toHaveLength(1);
});

it('lists nothing where there is no folder', async () => {
  expect(await listRuns(folder)).toEqual([]);
});

it('removes the oldest beyond those that are kept, and what killed processes left', async () => {
  const runs = Array.from({ length: keptRuns + 3 }, (_, second) => runAt(second));
  for (const [second, run] of runs.entries()) {
    await writeRun(folder, run);
    utimesSync(join(folder, `${run.id}.json`), second, second);
  }
  writeFileSync(join(folder, 'dbx_000000000000.json.part'), '');
  utimesSync(join(folder, 'dbx_000000000000.json.part'), 0, 0);
  writeFileSync(join(folder, 'notes.txt'), 'mine');
  await pruneRuns(folder, 10_000_000);
  const left = await listRuns(folder);
  expect(left.map(({ id }) => id)).toEqual(
    runs
      .slice(3)
      .reverse()
      .map(({ id }) => id),
  );
  expect(readdirSync(folder)).toHaveLength(keptRuns + 1);
});
