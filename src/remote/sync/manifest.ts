import { createHash } from 'node:crypto';
import type { TreeFile } from './working-tree.ts';

/** What a sync brought: paths, and for each a stamp that changes when the file does; null where it may not have arrived. */
export type Manifest = ReadonlyMap<string, string | null>;

/** The file in a synced directory of a box that says what was brought. It goes when the directory goes. */
export const manifestName = '.devbox-sync';

/** What has to happen so that a box has these files. */
export interface SyncPlan {
  readonly changed: readonly TreeFile[];
  /** Paths that an earlier sync brought and that are gone here. */
  readonly gone: readonly string[];
}

/** The manifest of files as they are here; their content is not read. */
export function manifestOf(files: readonly TreeFile[]): Manifest {
  return new Map(files.map((file) => [file.path, stampOf(file)]));
}

function stampOf(file: TreeFile): string {
  const facts = file.kind === 'link' ? ['link', file.target] : ['file', file.mode, file.bytes, file.mtime];
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex').slice(0, 16);
}

export function planSync(files: readonly TreeFile[], wanted: Manifest, there: Manifest): SyncPlan {
  return {
    changed: files.filter(({ path }) => there.get(path) !== wanted.get(path)),
    gone: [...there.keys()].filter((path) => !wanted.has(path)),
  };
}

/** The manifest while files are on their way: what is new may be there or not. Null where nothing is new. */
export function underWay(there: Manifest, { changed }: SyncPlan): Manifest | null {
  const added = changed.filter(({ path }) => !there.has(path));
  return added.length === 0 ? null : new Map([...there, ...added.map(({ path }) => [path, null] as const)]);
}

/** The text of a manifest: its fingerprint on the first line. */
export function manifestText(manifest: Manifest): string {
  const body = JSON.stringify([...manifest]);
  return `${fingerprintOf(body)}\n${body}\n`;
}

export function manifestFingerprint(manifest: Manifest): string {
  return fingerprintOf(JSON.stringify([...manifest]));
}

const fingerprintOf = (body: string): string => createHash('sha256').update(body).digest('hex');

/** Reads a manifest from a box, which may hold anything. What is none is empty: then everything is sent. */
export function parseManifest(text: string): Manifest {
  const end = text.indexOf('\n');
  const body = text.slice(end + 1).trimEnd();
  if (text.slice(0, end) !== fingerprintOf(body)) return new Map();
  const value: unknown = JSON.parse(body);
  return new Map(Array.isArray(value) ? value.filter(isEntry) : []);
}

function isEntry(value: unknown): value is [string, string | null] {
  if (!Array.isArray(value)) return false;
  const [path, stamp]: unknown[] = value;
  return typeof path === 'string' && isInside(path) && (typeof stamp === 'string' || stamp === null);
}

/** Whether a path stays in the directory. */
function isInside(path: string): boolean {
  const parts = path.split('/');
  return !path.includes('\0') && parts.every((part) => part !== '' && part !== '.' && part !== '..');
}
