import { existsSync, lstatSync, readdirSync, readlinkSync, realpathSync } from 'node:fs';
import { dirname, join, normalize, relative, sep } from 'node:path';
import { ApiProblem } from '../../../problem.ts';

/** A directory of the machine, and where a box has it. */
export interface Place {
  readonly source: string;
  readonly target: string;
}

/** A directory with more entries than this is not laid out anew for a mount in it. */
const maxEntries = 256;

/** Whether a path lies below another one. */
export const isWithin = (path: string, other: string): boolean => path.startsWith(other.replace(/\/*$/, '/'));

/** @throws ApiProblem 422 for a path where a box cannot have a volume. */
export function checkTarget(target: string): void {
  const path = normalize(target);
  const reserved = [
    '/bin',
    '/boot',
    '/dev',
    '/etc',
    '/lib',
    '/lib64',
    '/proc',
    '/run',
    '/sbin',
    '/sys',
    '/usr',
  ];
  const isReserved = path === '/' || reserved.some((other) => path === other || isWithin(path, other));
  if (target.startsWith('/') && !target.split('/').includes('..') && !isReserved) return;
  throw notThere(target, 'it belongs to the system; use /workspace or a path such as /data');
}

const notThere = (target: string, why: string): ApiProblem =>
  new ApiProblem(422, 'invalid-mount', `a volume cannot be mounted at ${JSON.stringify(target)}: ${why}`, {
    volume_mount_path: [why],
  });

/**
 * The words that bind directories into a box. Where a target does not exist on the machine, the directory above it,
 * which cannot be written to, is laid out anew with the same entries.
 * @param free directories in which a box can have new ones.
 * @throws ApiProblem 422
 */
export function placeMounts(places: readonly Place[], free: readonly string[]): string[] {
  const laidOut = new Set<string>();
  const words: string[] = [];
  for (const { source, target } of places) {
    const { there, missing } = resolve(normalize(target).replace(/\/$/, ''));
    const isFree =
      there === '/' || [...free, ...laidOut].some((path) => there === path || isWithin(there, path));
    if (missing !== '' && !isFree) {
      words.push(...layOut(there, target));
      laidOut.add(there);
    }
    words.push('--bind', source, join(there, missing));
  }
  return [...words, ...[...laidOut].flatMap((path) => ['--remount-ro', path])];
}

/** The part of a path that exists, without links, and the rest. */
function resolve(path: string): { readonly there: string; readonly missing: string } {
  let there = path;
  while (!existsSync(there)) there = dirname(there);
  return { there: realpathSync(there), missing: relative(there, path).split(sep).join('/') };
}

function layOut(directory: string, target: string): string[] {
  const entries = readdirSync(directory);
  if (entries.length > maxEntries) throw notThere(target, `${directory} has too many entries`);
  return ['--tmpfs', directory, ...entries.flatMap((name) => asItIs(join(directory, name)))];
}

/** A directory or file of the machine for reading, a link as a link. */
export function asItIs(path: string): string[] {
  if (lstatSync(path).isSymbolicLink()) return ['--symlink', readlinkSync(path), path];
  return ['--ro-bind', path, path];
}
