import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, constants, openSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { LogStream } from './entry.ts';

/** The named pipes of one run of a box's main process. */
export type RunPipes = Readonly<Record<LogStream, string>>;

const pipeNames: RunPipes = { stdout: 'out', stderr: 'err' };

/** Where the runs of a box are whose output is not yet all in the log, below the box's directory. */
const runsPath = (box: string): string => join(box, 'runs');

export const pipesOf = (run: string): RunPipes => ({
  stdout: join(run, pipeNames.stdout),
  stderr: join(run, pipeNames.stderr),
});

/** Makes the pipes of a new run. They appear at once and whole: whoever looks finds both or none. */
export async function makeRun(box: string): Promise<RunPipes> {
  const runs = runsPath(box);
  const name = `${Date.now()}-${randomBytes(4).toString('hex')}`;
  const hidden = join(runs, `.${name}`);
  await mkdir(hidden, { recursive: true, mode: 0o700 });
  const { stdout, stderr } = pipesOf(hidden);
  await promisify(execFile)('mkfifo', ['-m', '600', stdout, stderr], { env: { PATH: '/usr/bin:/bin' } });
  await rename(hidden, join(runs, name));
  return pipesOf(join(runs, name));
}

/** The runs that there are; empty where everything is in the log. */
export async function listRuns(box: string): Promise<string[]> {
  const names = await readdir(runsPath(box)).catch(() => []);
  return names.filter((name) => !name.startsWith('.')).map((name) => join(runsPath(box), name));
}

export async function forgetRuns(box: string): Promise<void> {
  await rm(runsPath(box), { recursive: true, force: true, maxRetries: 3 });
}

/** Opens the pipes of a run, to hold them and not to read. @returns the descriptors. */
export function holdRun(run: string): number[] {
  return Object.values(pipesOf(run)).flatMap((path) => {
    try {
      return [openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)];
    } catch {
      // Everything is in the log already.
      return [];
    }
  });
}

/**
 * Lets the reader of a run notice that nobody writes to it any more: a pipe that nobody ever opened for writing says
 * so only after somebody has.
 */
export function touchRun(run: string): void {
  for (const path of Object.values(pipesOf(run))) {
    try {
      closeSync(openSync(path, constants.O_WRONLY | constants.O_NONBLOCK));
    } catch {
      // ENXIO: nobody reads it. ENOENT: everything is in the log already.
    }
  }
}
