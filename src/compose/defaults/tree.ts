import { ComposeError, errorAt } from '../errors.ts';
import type { Surroundings } from '../interpolation/resolve.ts';
import type { Repository } from '../repository.ts';
import type { Choices } from './choices.ts';
import { Entry } from './element.ts';
import { type Branch, cycle, notFound, required } from './failures.ts';
import type { DefaultItem } from './items.ts';
import { resolveOption } from './options.ts';
import { type DefaultsTree, outline } from './outline.ts';

/** One config that the composition is made of, in merge order. */
export interface DefaultsEntry {
  /** Path of the config, without extension. */
  readonly config: string;
  /** The file, absolute. */
  readonly file: string;
  /** Where its content goes; empty for the top level. */
  readonly package: string;
  /** The config whose defaults list names it; null for the primary config. */
  readonly parent: string | null;
  /** The content of a config that has a defaults list of its own. */
  readonly isSelf: boolean;
  readonly primary: boolean;
  /** How overrides name the group; null for configs that are no option of a group. */
  readonly overrideKey: string | null;
}

/** Configs may name one another this deep. */
const maxDepth = 100;

/** The configs of a composition: in the order in which they are merged, and as the tree that they were found in. */
export interface ExpandedDefaults {
  readonly list: readonly DefaultsEntry[];
  readonly tree: () => DefaultsTree;
}

/**
 * Follows the defaults lists from the primary config to all configs that belong to the composition.
 * Lists are worked through from their end, so that overrides are known before the groups that they concern.
 * @throws ComposeError `config/not-found`, `option/unknown`, `option/required`, `defaults/...`.
 */
export function expandDefaults(
  repository: Repository,
  primary: string,
  choices: Choices,
  surroundings: Surroundings,
): ExpandedDefaults {
  const entry = new Entry('config', primary, { primary: true });
  const root: Branch = { entry, parent: undefined, children: [] };
  new TreeBuilder(repository, choices, surroundings).expand(root, false, 0);
  const list = flatten(root, repository);
  refuseDuplicates(list);
  choices.finish();
  return { list, tree: () => outline(root, repository) };
}

class TreeBuilder {
  private readonly repository: Repository;
  private readonly choices: Choices;
  private readonly surroundings: Surroundings;

  constructor(repository: Repository, choices: Choices, surroundings: Surroundings) {
    this.repository = repository;
    this.choices = choices;
    this.surroundings = surroundings;
  }

  /** Fills in the children of a branch; `interpolated` below an option that was an interpolation. */
  expand(branch: Branch, interpolated: boolean, depth: number): void {
    const { entry } = branch;
    const { choices } = this;
    if (depth > maxDepth) throw cycle(branch);
    if (!entry.isMissing) entry.setHeader(this.repository.load(entry.configPath)?.header ?? null);
    if (choices.delete(entry)) return;
    choices.choose(entry);
    if (entry.name === null) return;
    if (entry.configPath.endsWith('???')) throw required(this.repository, entry);
    const loaded = this.repository.load(entry.configPath);
    if (loaded === undefined) {
      if (!entry.optional) throw notFound(this.repository, branch);
      entry.deleted = true;
      return;
    }
    const { entries, selfAdded } = this.entriesOf(entry, loaded.defaults);
    this.noteOverrides(entries, entry, interpolated);
    branch.children = this.childrenOf(entries, branch, interpolated, depth);
    this.expandInterpolated(entries, branch, selfAdded, depth);
    branch.children.reverse();
  }

  /** The entries of a config's defaults list, its own content and what the command line adds included. */
  private entriesOf(parent: Entry, items: readonly DefaultItem[]): { entries: Entry[]; selfAdded: boolean } {
    const entries = items.map((item) =>
      item.kind === 'config' ? new Entry('config', item.path, item) : new Entry('group', item.group, item),
    );
    const added = parent.primary ? this.choices.added : [];
    let selfAdded = false;
    if (entries.length > 0 || added.length > 0) {
      const selves = entries.filter((entry) => entry.isSelf);
      const [, second] = selves;
      if (second !== undefined) {
        const config = parent.configPath;
        throw errorAt(second.place, 'defaults/duplicate', `_self_ is there twice in ${config}`, {
          path: config,
        });
      }
      selfAdded = selves.length === 0;
      if ((selfAdded && entries.some((entry) => !entry.override)) || entries.length === 0) {
        entries.push(new Entry('config', '_self_', {}));
      }
    }
    return { entries: [...entries, ...added], selfAdded };
  }

  private noteOverrides(entries: readonly Entry[], parent: Entry, interpolated: boolean): void {
    let seen: Entry | undefined;
    for (const entry of entries) {
      if (entry.isSelf) continue;
      entry.adopt(parent.groupPath, parent.finalPackage);
      if (seen !== undefined && !entry.override && !entry.external) {
        throw errorAt(
          seen.place,
          'defaults/order',
          `in ${parent.configPath}: the override of ${seen.overrideKey} stands before ${entry.path}`,
          { path: seen.overrideKey, hint: 'move overrides to the end of the defaults list' },
        );
      }
      if (!entry.override) continue;
      seen = entry;
      if (interpolated) {
        throw errorAt(
          entry.place,
          'defaults/override',
          `in ${parent.configPath}: ${entry.overrideKey} cannot be overridden below an option that is interpolated`,
          { path: entry.overrideKey },
        );
      }
      this.choices.override(parent.configPath, entry);
    }
  }

  /** Children in reverse order. Interpolated options stay entries until everything else is chosen. */
  private childrenOf(
    entries: readonly Entry[],
    parent: Branch,
    interpolated: boolean,
    depth: number,
  ): (Entry | Branch)[] {
    const children: (Entry | Branch)[] = [];
    const add = (entry: Entry): void => {
      const branch: Branch = { entry, parent, children: [] };
      this.expand(branch, interpolated, depth + 1);
      children.push(branch.children.length === 0 ? entry : branch);
    };
    for (const entry of entries.toReversed()) {
      if (entry.isSelf) {
        children.push(entry);
        continue;
      }
      if (entry.override) continue;
      this.choices.apply(entry);
      if (entry.kind === 'group' && entry.options !== undefined) {
        for (const option of this.optionsOf(entry, parent.entry).toReversed()) add(option);
      } else if (entry.isInterpolation) children.push(entry);
      else add(entry);
    }
    return children;
  }

  /** The options of a group given as a list, each a config of its own. */
  private optionsOf(group: Entry, parent: Entry): Entry[] {
    return (group.options ?? []).map((name) => {
      if (name.includes('${')) {
        throw errorAt(
          group.place,
          'defaults/invalid',
          `an option in a list cannot be an interpolation: ${name}`,
          {
            path: group.overrideKey,
          },
        );
      }
      const { package: packageName, optional, place } = group;
      const entry = new Entry('config', `${group.path}/${name}`, { package: packageName, optional, place });
      entry.adopt(parent.groupPath, parent.finalPackage);
      return entry;
    });
  }

  private expandInterpolated(
    entries: readonly Entry[],
    branch: Branch,
    selfAdded: boolean,
    depth: number,
  ): void {
    const known = new Map(this.choices.known);
    const listed = entries.filter((entry) => !(selfAdded && entry.isSelf));
    branch.children = branch.children.map((child) => {
      if (!(child instanceof Entry) || child.isSelf || !child.isInterpolation) return child;
      resolveOption(child, known, listed, this.surroundings);
      const resolved: Branch = { entry: child, parent: branch, children: [] };
      this.expand(resolved, true, depth + 1);
      return resolved.children.length === 0 ? child : resolved;
    });
  }
}

function flatten(root: Branch, repository: Repository): DefaultsEntry[] {
  const result: DefaultsEntry[] = [];
  const visit = (branch: Branch): void => {
    if (branch.children.length === 0) addLeaf(branch.parent, branch.entry);
    for (const child of branch.children) {
      if (child instanceof Entry) addLeaf(branch, child);
      else visit(child);
    }
  };
  const addLeaf = (parent: Branch | undefined, entry: Entry): void => {
    if (entry.deleted || entry.isMissing || entry.name === null) return;
    const self = entry.isSelf ? parent : undefined;
    const from = self?.entry ?? entry;
    const file = repository.load(from.configPath)?.source.path;
    if (file === undefined)
      throw new ComposeError('config/not-found', `there is no config ${from.configPath}`);
    result.push({
      config: from.configPath,
      file,
      package: from.finalPackage,
      parent: (self === undefined ? parent : self.parent)?.entry.configPath ?? null,
      isSelf: self !== undefined,
      primary: from.primary,
      overrideKey: self === undefined && entry.kind === 'group' ? entry.overrideKey : null,
    });
  };
  visit(root);
  return result;
}

function refuseDuplicates(entries: readonly DefaultsEntry[]): void {
  const seen = new Set<string>();
  for (const { overrideKey } of entries) {
    if (overrideKey === null) continue;
    if (seen.has(overrideKey)) {
      throw new ComposeError(
        'defaults/duplicate',
        `${overrideKey} is there twice in the final defaults list`,
        {
          path: overrideKey,
        },
      );
    }
    seen.add(overrideKey);
  }
}
