import { readFileSync } from 'node:fs';
import type { Composition, DefaultsEntry } from '../../compose/index.ts';
import type { Foreign } from './foreign.ts';

/** Groups in which it matters that a file stands where its author meant it to, and beside which others. */
const sensitive = ['api', 'ssh', 'leases'];

/**
 * Files of the user or of devbox that the project's defaults lists put where they were not meant to be, or that they
 * combine although the user can only choose one of them: an address of one with the key of another.
 */
export function misplaced({ defaults }: Composition, foreign: Foreign): DefaultsEntry[] {
  const byConfig = new Map(defaults.map((entry) => [entry.config, entry]));
  const parentOf = ({ parent }: DefaultsEntry) => (parent === null ? undefined : byConfig.get(parent));
  const isNamedByProject = (entry: DefaultsEntry): boolean => {
    const parent = parentOf(entry);
    return parent !== undefined && foreign.owns(parent.file);
  };
  /** The entry through which a file came in that the user's own files then led to. */
  const anchorOf = (entry: DefaultsEntry): DefaultsEntry | undefined => {
    const seen = new Set<DefaultsEntry>();
    for (let at: DefaultsEntry | undefined = entry; at && !seen.has(at); at = parentOf(at)) {
      if (isNamedByProject(at)) return at;
      seen.add(at);
    }
    return undefined;
  };

  return sensitive.flatMap((group) => {
    const there = defaults.filter((entry) => !foreign.owns(entry.file) && isWithin(entry.package, group));
    const moved = there.filter(
      (entry) => isNamedByProject(entry) && entry.package !== meantFor(entry) && !foreign.owns(entry.file),
    );
    const anchors = new Set(there.map(anchorOf));
    const combined = anchors.size > 1 ? there.filter((entry) => anchorOf(entry) !== undefined) : [];
    return [...new Set([...moved, ...combined])];
  });
}

const isWithin = (packageName: string, group: string): boolean =>
  packageName === group || packageName.startsWith(`${group}.`);

/** The package in which the author of a file expects it. */
function meantFor({ config, file }: DefaultsEntry): string {
  const header = /^#\s*@package\s+(\S+)/m.exec(readFileSync(file, 'utf8').slice(0, 512))?.[1];
  if (header !== undefined) return header.replace(/^_global_\.?/, '');
  return config.split('/').slice(0, -1).join('.');
}
