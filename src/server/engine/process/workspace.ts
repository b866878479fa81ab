import { lstat, mkdir, readdir, realpath, rmdir, symlink, unlink } from 'node:fs/promises';
import { dirname, join, posix } from 'node:path';
import { ApiProblem } from '../../problem.ts';
import type { Mount } from '../engine.ts';
import { checkTarget, isWithin, type Place } from './isolation/places.ts';

/** Where a sandboxed box has its workspace, and where volumes are usually mounted. */
const usual = '/workspace';

/** Where a box finds its workspace. */
export const workspaceIn = (home: string, isSandboxed: boolean): string =>
  isSandboxed ? usual : join(home, 'workspace');

/**
 * Puts a box's workspace and volumes in place. In a sandbox they are mounted; otherwise a link stands in the
 * workspace of its home for each.
 * @param home exists.
 * @returns what a sandbox has to bind.
 * @throws ApiProblem 422 for a volume that a box cannot have there, 409 where files are in its way.
 */
export async function prepareWorkspace(
  home: string,
  mounts: readonly Mount[],
  isSandboxed: boolean,
): Promise<Place[]> {
  const workspace = join(home, 'workspace');
  for (const { target } of mounts) checkTarget(target);
  if (!isSandboxed) {
    await linkVolumes(workspace, mounts);
    return [];
  }
  await unlinkOld(workspace);
  await mkdir(workspace, { recursive: true });
  const places = await Promise.all(
    mounts.map(async ({ source, target }) => ({
      source: await realpath(source),
      target: posix.normalize(target),
    })),
  );
  const whole = places.find(({ target }) => isUsual(target));
  // Those that lie in others come after them.
  places.sort((a, b) => a.target.length - b.target.length);
  if (!whole) return [{ source: workspace, target: usual }, ...places];
  return [{ source: whole.source, target: workspace }, ...places];
}

const isUsual = (target: string): boolean => posix.normalize(`${target}/`) === `${usual}/`;

async function linkVolumes(workspace: string, mounts: readonly Mount[]): Promise<void> {
  await unlinkOld(workspace);
  const outside = mounts.find(({ target }) => !isUsual(target) && !isWithin(target, usual));
  if (outside) {
    const why = `without bubblewrap a volume can only be at ${usual} or below it`;
    throw new ApiProblem(
      422,
      'invalid-mount',
      `a volume cannot be mounted at ${outside.target} here: ${why}`,
      {
        volume_mount_path: [why],
      },
    );
  }
  const whole = mounts.find(({ target }) => isUsual(target));
  if (whole) return replaceEmpty(workspace, whole.source);
  await mkdir(workspace, { recursive: true });
  for (const { source, target } of mounts) {
    const path = join(workspace, posix.relative(usual, target));
    await mkdir(dirname(path), { recursive: true });
    await replaceEmpty(path, source);
  }
}

/** A link to a volume that the box of this home had before. */
async function unlinkOld(path: string): Promise<void> {
  const found = await lstat(path).catch(() => undefined);
  if (found?.isSymbolicLink()) await unlink(path);
}

async function replaceEmpty(path: string, source: string): Promise<void> {
  await unlinkOld(path);
  const entries = await readdir(path).catch(() => undefined);
  if (entries && entries.length > 0) {
    throw new ApiProblem(409, 'workspace-not-empty', `${path} holds files, so no volume can take its place`);
  }
  if (entries) await rmdir(path);
  await symlink(source, path);
}
