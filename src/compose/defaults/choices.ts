import { nearest } from '../../base/text.ts';
import { type ComposeError, errorAt } from '../errors.ts';
import type { Place } from '../origin.ts';
import type { ParsedOverride } from '../override/parser.ts';
import { isSweepOverride } from '../override/values.ts';
import type { Repository } from '../repository.ts';
import { Entry } from './element.ts';

type Choice = string | null | readonly string[];

interface Override {
  /** Throws where the command line gives something that is no option. */
  readonly value: () => Choice;
  /** The config whose defaults list says so; undefined for the command line. */
  readonly from: string | undefined;
  readonly place: Place | undefined;
  used: boolean;
}

interface Deletion {
  readonly name: string | null;
  readonly place: Place;
  used: boolean;
}

/** Which option each group gets: what the command line says, what configs override, what has been chosen so far. */
export class Choices {
  /** Groups added on the command line. */
  readonly added: Entry[] = [];
  /** Overrides of the command line that are about keys, not groups. */
  readonly keys: ParsedOverride[] = [];
  /** Options chosen, by override key, in the order in which they were reached. */
  readonly known = new Map<string, string | null>();
  private readonly byGroup = new Map<string, Set<string>>();
  private readonly overrides = new Map<string, Override>();
  private readonly deletions = new Map<string, Deletion>();

  constructor(repository: Repository, overrides: readonly (ParsedOverride | null)[]) {
    overrides.forEach((override, index) => {
      if (override === null) return;
      const isDict = override.element?.kind === 'dict';
      if (isSweepOverride(override)) return;
      if (isDict || !repository.hasGroup(override.key)) this.keys.push(override);
      else this.takeGroup(override, placeOf(override, index));
    });
  }

  private takeGroup(override: ParsedOverride, place: Place): void {
    const { key, text, type } = override;
    const name = override.package === null ? key : `${key}@${override.package}`;
    if (type === 'force-add') {
      throw errorAt(place, 'override/group', `a group cannot be force-added: ${text}`, {
        hint: `write ${text.slice(2)} to choose an option, ${text.slice(1)} to add the group`,
      });
    }
    if (type === 'change') {
      checkKind(override, place);
      this.overrides.set(name, {
        value: () => choiceOf(override, place),
        from: undefined,
        place,
        used: false,
      });
      return;
    }
    const value = choiceOf(override, place);
    if (type === 'delete') {
      if (typeof value !== 'string' && value !== null) throw notAnOption(override, place);
      this.deletions.set(name, { name: value, place, used: false });
    } else if (value === null) {
      throw notAnOption(override, place);
    } else {
      if (key === '') throw errorAt(place, 'override/group', `${text} names no group`);
      const packageName = override.package === '_here_' ? '' : override.package;
      this.added.push(new Entry('group', key, { package: packageName, value, external: true, place }));
    }
  }

  /** Notes an `override` of a defaults list. What was noted first, and the command line, wins. */
  override(parent: string, entry: Entry): void {
    const key = entry.overrideKey;
    if (this.overrides.has(key)) return;
    this.overrides.set(key, { value: () => entry.value, from: parent, place: entry.place, used: false });
  }

  /** Gives a group the option that overrides its own. */
  apply(entry: Entry): void {
    const found = entry.kind === 'group' ? this.overrides.get(entry.overrideKey) : undefined;
    if (found === undefined) return;
    entry.value = found.value();
    entry.place = found.place;
    entry.overriddenIn = found.from;
    found.used = true;
  }

  /** Whether the command line deletes this group; it is noted as done. */
  delete(entry: Entry): boolean {
    const found = entry.kind === 'group' ? this.deletions.get(entry.overrideKey) : undefined;
    if (found === undefined || (found.name !== null && found.name !== entry.name)) return false;
    found.used = true;
    entry.deleted = true;
    return true;
  }

  /** Notes the option of a group that is reached. */
  choose(entry: Entry): void {
    if (entry.kind !== 'group') return;
    const key = entry.overrideKey;
    const previous = this.known.get(key);
    if (previous === undefined) this.known.set(key, entry.name);
    else if (previous !== entry.name) {
      throw errorAt(
        entry.place,
        'defaults/duplicate',
        `there are two values for ${key}: ${previous} and ${entry.name}`,
        {
          path: key,
          hint: `to replace the value, write override ${key}: ${entry.name}`,
        },
      );
    }
    const group = entry.groupPath;
    const known = this.byGroup.get(group) ?? new Set();
    this.byGroup.set(group, known.add(key));
  }

  /** @throws ComposeError where an override or deletion matched nothing. */
  finish(): void {
    for (const [key, found] of this.overrides) if (!found.used) throw this.unusedOverride(key, found);
    for (const [key, { name, place, used }] of this.deletions) {
      if (used) continue;
      const what = name === null ? key : `${key}=${name}`;
      throw errorAt(place, 'defaults/unmatched', `cannot delete ${what}: it is not in the defaults list`, {
        path: key,
        nearest: nearest(key, this.known.keys()),
      });
    }
  }

  private unusedOverride(key: string, { value, from, place }: Override): ComposeError {
    const [group = key] = key.split('@');
    const similar = [...(this.byGroup.get(group) ?? [])].sort();
    const close = similar[0] ?? nearest(key, this.known.keys());
    const where = from === undefined ? '' : `in ${from}: `;
    const meant = close === undefined ? '' : `; did you mean ${close}?`;
    const add = from === undefined ? `to add the group, write +${key}=${String(value())}` : undefined;
    return errorAt(
      place,
      'defaults/unmatched',
      `${where}cannot override ${key}: it is not in the defaults list${meant}`,
      {
        path: key,
        nearest: close,
        candidates: similar.length > 0 ? similar : [...this.known.keys()].sort(),
        hint: add,
      },
    );
  }
}

/** The place of an override's value. */
export function placeOf(override: ParsedOverride, index: number): Place {
  const { element, text } = override;
  const source = { kind: 'override', text, index } as const;
  if (element !== null && (element.kind === 'scalar' || element.kind === 'list' || element.kind === 'dict')) {
    const scalar = element.kind === 'scalar' ? { scalar: element.text } : {};
    if (element.end > 0) return { source, start: element.start, end: element.end, ...scalar };
  }
  const equals = text.indexOf('=');
  return { source, start: equals < 0 ? 0 : equals + 1, end: text.length };
}

/** What is neither a word nor a list is refused even where a later override replaces it. */
function checkKind(override: ParsedOverride, place: Place): void {
  const { element } = override;
  if (element?.kind === 'list' || (element?.kind === 'scalar' && typeof element.value === 'string')) return;
  throw notAnOption(override, place);
}

function choiceOf(override: ParsedOverride, place: Place): Choice {
  const { element } = override;
  if (element === null || (element.kind === 'scalar' && element.value === null)) return null;
  if (element.kind === 'scalar' && typeof element.value === 'string') return element.value;
  if (element.kind !== 'list') throw notAnOption(override, place);
  return element.items.map((item) => {
    if (item.kind === 'scalar' && typeof item.value === 'string') return item.value;
    throw notAnOption(override, place);
  });
}

function notAnOption({ key, text }: ParsedOverride, place: Place): ComposeError {
  return errorAt(place, 'override/group', `${key} is a config group: its value is an option, in ${text}`, {
    path: key,
    expected: 'the name of an option, or a list of names',
    hint: `quote a name that is a number: ${key}='"..."'`,
  });
}
