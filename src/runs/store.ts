import { chmod, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { namesIn } from '../base/files.ts';
import { isLeaseId } from '../leases/lease.ts';
import type { Run } from './run.ts';

/** Records that are kept; older ones are removed. */
export const keptRuns = 100;

/** Milliseconds after which the unfinished file of a killed process is removed. */
const debrisAge = 3_600_000;

/** The folder of the records in the user's state directory. */
export const runsFolder = (state: string): string => join(state, 'runs');

/** Writes a record, mode 0600, old or new but never a part of it. */
export async function writeRun(folder: string, run: Run): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await chmod(folder, 0o700);
  const path = join(folder, `${run.id}.json`);
  const unfinished = `${path}.part`;
  await writeFile(unfinished, `${JSON.stringify(run, null, 2)}\n`, { mode: 0o600 });
  await rename(unfinished, path);
}

/** Removes the oldest records beyond those that are kept. @param now milliseconds since 1970. */
export async function pruneRuns(folder: string, now: number): Promise<void> {
  const names = await namesIn(folder);
  const unfinished = names.filter((name) => name.endsWith('.part'));
  const records = names.filter((name) => isLeaseId(name.replace(/\.json$/, '')));
  if (records.length <= keptRuns && unfinished.length === 0) return;
  const aged = async (list: readonly string[]): Promise<{ path: string; at: number }[]> =>
    Promise.all(
      list.map(async (name) => {
        const path = join(folder, name);
        // One that another process has removed meanwhile is the oldest of all.
        return { path, at: (await stat(path).catch(() => undefined))?.mtimeMs ?? 0 };
      }),
    );
  const old = (await aged(records)).sort((a, b) => b.at - a.at).slice(keptRuns);
  const dead = (await aged(unfinished)).filter(({ at }) => now - at > debrisAge);
  await Promise.all([...old, ...dead].map(({ path }) => rm(path, { force: true })));
}

/** All records that can be read, newest first. */
export async function listRuns(folder: string): Promise<Run[]> {
  const { parseRun } = await import('./run.ts');
  const names = (await namesIn(folder)).filter((name) => name.endsWith('.json'));
  const runs = await Promise.all(
    names.map(async (name) => {
      const text = await readFile(join(folder, name), 'utf8').catch(() => '');
      const run = parseRun(text);
      return run && `${run.id}.json` === name ? [run] : [];
    }),
  );
  return runs.flat().sort((a, b) => Date.parse(b.startedAt) - Date.parse(a.startedAt));
}
