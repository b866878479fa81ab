import type { Repository } from '../repository.ts';
import { Entry } from './element.ts';
import type { Branch } from './failures.ts';

/** One entry of the tree of defaults lists, with those that its own list names. */
export interface DefaultsTree {
  /** Path of the config, without extension; that of the list's own config for `_self_`. */
  readonly config: string;
  /** How overrides name the group; null for configs that are no option of a group. */
  readonly overrideKey: string | null;
  /** The option of the group; null where it has none. */
  readonly option: string | null;
  /** Where the content goes; empty for the top level. */
  readonly package: string;
  /** The file, absolute; null where there is none. */
  readonly file: string | null;
  readonly isSelf: boolean;
  /** False for a group set to null, one that the command line deletes, and an optional config that is absent. */
  readonly used: boolean;
  readonly children: readonly DefaultsTree[];
}

/** The tree for people: what was named where, used or not. */
export function outline(root: Branch, repository: Repository): DefaultsTree {
  return branchOf(root, undefined, repository);
}

function branchOf(
  branch: Branch | Entry,
  parent: DefaultsTree | undefined,
  repository: Repository,
): DefaultsTree {
  const entry = branch instanceof Entry ? branch : branch.entry;
  if (entry.isSelf && parent !== undefined) {
    const { config, package: packageName, file } = parent;
    const own = { config, package: packageName, file, overrideKey: null, option: null };
    return { ...own, isSelf: true, used: true, children: [] };
  }
  const used = !entry.deleted && entry.name !== null;
  const tree = {
    config: entry.configPath,
    overrideKey: entry.kind === 'group' ? entry.overrideKey : null,
    option: entry.kind === 'group' ? entry.name : null,
    package: entry.finalPackage,
    file: used ? (repository.load(entry.configPath)?.source.path ?? null) : null,
    isSelf: false,
    used,
    children: [],
  };
  const children = branch instanceof Entry ? [] : branch.children;
  return { ...tree, children: children.map((child) => branchOf(child, tree, repository)) };
}
