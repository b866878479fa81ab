import type { DefaultsEntry, DefaultsTree } from '../../compose/index.ts';
import type { ConfigTree } from '../../config/search-path.ts';
import { type Text, token } from '../../ui/card.ts';
import type { InfoCall, Section } from './section.ts';

/**
 * The final defaults list, in the order in which the configs are merged. JSON: `defaults`, a list of `config`,
 * `package` (empty for the top level), `parent`, `is_self`, `override_key`, `file` and `from`.
 */
export function defaultsSection({ source, composition }: InfoCall): Section {
  const entries = composition().defaults;
  return {
    cards: [
      {
        title: 'Defaults',
        rows: [],
        table: {
          columns: ['Config', 'Package', 'Self', 'Parent', 'From'],
          rows: entries.map((entry) => [
            entry.config,
            entry.package === '' ? '_global_' : entry.package,
            entry.isSelf ? '_self_' : '',
            entry.parent ?? '',
            [token('dim', treeOf(entry.file, source.trees) ?? '')],
          ]),
        },
      },
    ],
    json: { defaults: entries.map((entry) => entryJson(entry, source.trees)) },
    quiet: entries.map(({ config }) => config),
  };
}

function entryJson(entry: DefaultsEntry, trees: readonly ConfigTree[]) {
  return {
    config: entry.config,
    package: entry.package,
    parent: entry.parent,
    is_self: entry.isSelf,
    override_key: entry.overrideKey,
    file: entry.file,
    from: treeOf(entry.file, trees) ?? null,
  };
}

/**
 * The defaults lists as a tree, with what they leave out. JSON: `defaults_tree`, an object of `config`,
 * `override_key`, `option`, `package`, `file`, `from`, `is_self`, `used` and `children`, a list of such objects.
 */
export function defaultsTreeSection({ source, composition }: InfoCall): Section {
  const tree = composition().defaultsTree;
  const lines = linesOf(tree, 0);
  return {
    cards: [
      {
        title: 'Defaults Tree',
        rows: [],
        table: {
          columns: ['Config', 'Package', 'From'],
          rows: lines.map(({ entry, depth }) => [
            treeLine(entry, depth),
            entry.package === '' ? '_global_' : entry.package,
            [token('dim', entry.used ? (treeOf(entry.file, source.trees) ?? '') : 'left out')],
          ]),
        },
      },
    ],
    json: { defaults_tree: treeJson(tree, source.trees) },
    quiet: lines.map(({ entry, depth }) => `${'  '.repeat(depth)}${nameOf(entry)}`),
  };
}

interface TreeLine {
  readonly entry: DefaultsTree;
  readonly depth: number;
}

function linesOf(entry: DefaultsTree, depth: number): TreeLine[] {
  return [{ entry, depth }, ...entry.children.flatMap((child) => linesOf(child, depth + 1))];
}

function treeLine(entry: DefaultsTree, depth: number): Text {
  const text = `${'  '.repeat(depth)}${nameOf(entry)}`;
  return entry.used ? text : [token('dim', text)];
}

/** An entry as a defaults list would write it. */
function nameOf({ config, overrideKey, option, isSelf }: DefaultsTree): string {
  if (isSelf) return '_self_';
  return overrideKey === null ? config : `${overrideKey}: ${option}`;
}

function treeJson(entry: DefaultsTree, trees: readonly ConfigTree[]): Readonly<Record<string, unknown>> {
  return {
    config: entry.config,
    override_key: entry.overrideKey,
    option: entry.option,
    package: entry.package,
    file: entry.file,
    from: treeOf(entry.file, trees) ?? null,
    is_self: entry.isSelf,
    used: entry.used,
    children: entry.children.map((child) => treeJson(child, trees)),
  };
}

/** Whose tree a file lies in. */
function treeOf(file: string | null, trees: readonly ConfigTree[]): ConfigTree['label'] | undefined {
  return trees.find(({ path }) => file?.startsWith(`${path}/`))?.label;
}
