import type { Context } from '../../base/context.ts';
import { nearest } from '../../base/text.ts';
import { shortPath } from '../place.ts';
import { groupOf, isJobGroup, type TreeFile } from './files.ts';
import { type Finding, fileFinding } from './finding.ts';

/** What is known of the configs when all files have been read and all options composed. */
export interface Known {
  /** The file that is read for each config. */
  readonly first: ReadonlyMap<string, string>;
  /** Name of the primary configuration. */
  readonly primary: string;
  /** Configs that defaults lists name; `GROUP/*` for every one of a group. */
  readonly named: ReadonlySet<string>;
  /** The groups of these. */
  readonly groups: ReadonlySet<string>;
  /** Files that something was composed from. */
  readonly reached: ReadonlySet<string>;
}

/** The finding for a file that nothing can be composed from. */
export function unreachable(
  { path, config, isRead }: TreeFile,
  { first, primary, named, groups, reached }: Known,
  context: Context,
): Finding[] {
  const finding = (why: string, hint: string): Finding[] => [
    fileFinding(path, 'config/unreachable', `nothing reads it: ${why}`, hint),
  ];
  if (!isRead) return finding('only files that end in .yaml are read', `Rename it to ${config}.yaml.`);
  const before = first.get(config);
  if (before !== undefined && before !== path) {
    const why = `${shortPath(before, context)} has the same name and comes first`;
    return finding(why, 'Give one of them another name, or remove one.');
  }
  const group = groupOf(config);
  if (reached.has(path) || named.has(config) || named.has(`${group}/*`)) return [];
  if (group === '') {
    const why = 'no defaults list names it, and it lies in no group';
    return config === primary ? [] : finding(why, 'Move it into a group such as command/.');
  }
  const meant = misplaced(group, groups);
  return meant === undefined ? [] : finding(`there is no group ${group}`, `Did you mean ${meant}/?`);
}

/** The group that a folder is probably meant to be, where no defaults list names it as one. */
export function misplaced(group: string, groups: ReadonlySet<string>): string | undefined {
  if (group === '' || groups.has(group) || isJobGroup(group)) return undefined;
  const last = group.slice(group.lastIndexOf('/') + 1);
  return groups.has(last) ? last : nearest(group, groups);
}
