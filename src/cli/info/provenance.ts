import { cleanLine, count } from '../../base/text.ts';
import type { Composition, Origin, PlainValue } from '../../compose/index.ts';
import { shortPath } from '../../config/place.ts';
import { type Card, type Row, token } from '../../ui/card.ts';
import { type Hider, hiderFor } from '../secrets.ts';
import type { InfoCall, Section } from './section.ts';

/** Keys and indexes, from the top. */
export type Path = readonly (string | number)[];

/** A value that holds no others, and where it was set. */
interface Leaf {
  readonly path: Path;
  /** As YAML; a secret is hidden. */
  readonly text: string;
  readonly value: PlainValue;
  readonly origin: Origin | undefined;
}

/**
 * Where every value comes from: a card for each file, in merge order, and one for the overrides. JSON: `provenance`,
 * a list of `key`, `value` and `origin`. An origin is `{kind: 'file', file, line, column}` or `{kind: 'override',
 * override, from, position, column}`, positions counted from 1 among the overrides of the command line or of the
 * project's file; `text` is the value as written there and `replaced` the origin of what stood there before.
 */
export function provenanceSection(call: InfoCall): Section {
  const composition = call.composition();
  const hide = hiderFor(composition, call.secrets);
  const leaves = leavesOf(composition, hide);
  const describe = describer(call, hide);
  const cards = grouped(leaves, composition, call).map(([title, members]): Card => {
    return { title, rows: members.map((leaf) => rowOf(leaf, describe, hide)) };
  });
  return {
    cards,
    footer: [`${count(leaves.length, 'value')}; each with the line and column of its origin`],
    json: {
      provenance: leaves.map(({ path, value, origin }) => ({
        key: keyOf(path),
        value,
        origin: origin === undefined ? null : describe.json(origin, lastKey(path)),
      })),
    },
    quiet: leaves.map(({ path }) => keyOf(path)),
  };
}

function leavesOf(composition: Composition, hide: Hider): Leaf[] {
  const visit = (value: PlainValue, path: Path): Leaf[] => {
    const inside: readonly (readonly [string | number, PlainValue])[] = Array.isArray(value)
      ? [...value.entries()]
      : Object.entries(typeof value === 'object' && value !== null ? value : {});
    if (inside.length > 0) return inside.flatMap(([key, item]) => visit(item, [...path, key]));
    if (path.length === 0) return [];
    const hidden = typeof value === 'string' ? hide.value(lastKey(path), value) : value;
    const text = typeof hidden === 'string' && hidden !== value ? hidden : composition.toYaml(path).trimEnd();
    return [{ path, text: cleanLine(text), value: hidden, origin: composition.originOf(path) }];
  };
  return visit(composition.config, []);
}

/** The leaves by where they come from, with the heading of each group. */
function grouped(leaves: readonly Leaf[], composition: Composition, call: InfoCall): [string, Leaf[]][] {
  const groups = new Map<string, Leaf[]>();
  for (const { file } of composition.defaults) groups.set(shortPath(file, call.context), []);
  for (const leaf of leaves) {
    const title = groupOf(leaf.origin, call);
    groups.set(title, [...(groups.get(title) ?? []), leaf]);
  }
  return [...groups].filter(([, members]) => members.length > 0);
}

const titles = { 'command-line': 'Command Line', project: 'Overrides of the Project' } as const;

function groupOf(origin: Origin | undefined, call: InfoCall): string {
  if (origin === undefined) return 'Elsewhere';
  return origin.kind === 'file'
    ? shortPath(origin.file, call.context)
    : titles[positionOf(origin, call).from];
}

function positionOf({ index }: { readonly index: number }, { source }: Pick<InfoCall, 'source'>) {
  const own = source.project?.overrides.length ?? 0;
  return index < own
    ? ({ from: 'project', position: index + 1 } as const)
    : ({ from: 'command-line', position: index - own + 1 } as const);
}

/** Tells of places in words and in JSON. */
export interface Describer {
  /** Where, in words; without the file for what stands on the file's own card. */
  text(origin: Origin, short: boolean): string;
  json(origin: Origin, key: string): Readonly<Record<string, unknown>>;
}

/** Tells of places without repeating secrets. */
export function describer(call: Pick<InfoCall, 'source' | 'context'>, hide: Hider): Describer {
  const override = (text: string): string => cleanLine(hide.any(text));
  return {
    text(origin, short) {
      if (origin.kind === 'file') {
        const at = `${origin.line}:${origin.column}`;
        return short ? `at ${at}` : `at ${shortPath(origin.file, call.context)}:${at}`;
      }
      const { from, position } = positionOf(origin, call);
      const whose = from === 'project' ? 'override of the project' : 'override';
      return `${whose} ${position}, column ${origin.column}: ${override(origin.override)}`;
    },
    json(origin, key) {
      const more = {
        ...(origin.text === undefined ? {} : { text: hide.value(key, origin.text) }),
        ...(origin.replaced === undefined ? {} : { replaced: this.json(origin.replaced, key) }),
      };
      if (origin.kind === 'file') {
        const { file, line, column } = origin;
        return { kind: 'file', file, line, column, ...more };
      }
      const { column } = origin;
      return {
        kind: 'override',
        override: override(origin.override),
        ...positionOf(origin, call),
        column,
        ...more,
      };
    },
  };
}

function rowOf({ path, text, origin }: Leaf, describe: Describer, hide: Hider): Row {
  const where = origin === undefined ? '' : `  ${describe.text(origin, true)}`;
  const before: string[] = [];
  for (let at = origin?.replaced; at !== undefined; at = at.replaced) {
    const was = at.text === undefined ? '' : ` ${cleanLine(hide.value(lastKey(path), at.text), 60)}`;
    before.push(`\nreplaced${was} ${describe.text(at, false)}`);
  }
  return { label: keyOf(path), value: [text, token('dim', where), token('dim', before.join(''))] };
}

/** `a.b[0]` */
export function keyOf(path: Path): string {
  return path.map((key, at) => (typeof key === 'number' ? `[${key}]` : at === 0 ? key : `.${key}`)).join('');
}

/** The key that says what a value is: items of a list have that of the list. */
export function lastKey(path: Path): string {
  return String(path.findLast((key) => typeof key === 'string') ?? '');
}
