import type { FlagSpelling, Shape } from '../commands/command.ts';
import { commonKeys } from '../commands/common-keys.ts';
import { fieldsOf, type Kind, kindOf } from '../commands/shape.ts';

/** What a flag stands for. */
export interface FlagMeaning {
  readonly key: string;
  /** How its value is read. `switch` takes none; `value` is read by the grammar of overrides. */
  readonly reading: Kind;
  /** It turns the switch off: `--no-force`. */
  readonly off?: true;
}

/** The flags of a command, its own spellings and those of its settings. */
export interface FlagTable {
  /** What a flag means, by its name without hyphens in front; undefined for a flag that there is not. */
  find(name: string): FlagMeaning | undefined;
  /** Names of several letters, for suggestions. */
  names(): readonly string[];
  /** The command, for errors; undefined where it is not known. */
  readonly command: string | undefined;
}

/** What the flags of a command are made from. */
export interface HasFlags {
  readonly name: string;
  readonly shape: Shape;
  readonly flags?: Readonly<Record<string, FlagSpelling>>;
}

/** Groups and settings that every command has. */
const common = [...commonKeys, 'hydra'];

/** Whether a key, by its first part, is none of a command's own. */
export function isCommonKey(key: string): boolean {
  return common.includes(key);
}

/** The table of one command. */
export function flagsOf(command: HasFlags): FlagTable {
  const spellings = command.flags ?? {};
  const keyNames = Object.keys(command.shape);
  const keyMeaning = (key: string): FlagMeaning | undefined => {
    const [top = '', ...inside] = key.split('.');
    const schema = Object.hasOwn(command.shape, top) ? command.shape[top] : undefined;
    if (schema !== undefined) return { key, reading: readingAt(schema, inside) };
    return common.includes(top) ? { key, reading: 'value' } : undefined;
  };
  const find = (name: string): FlagMeaning | undefined => {
    const spelling = Object.hasOwn(spellings, name) ? spellings[name] : undefined;
    if (typeof spelling === 'string') return keyMeaning(spelling);
    if (spelling !== undefined) return { key: spelling.key, reading: spelling.value };
    if (name.length === 1) return undefined;
    const key = name.replaceAll('-', '_');
    const meaning = keyMeaning(key) ?? standIn(key, command);
    if (meaning !== undefined) return meaning;
    const positive = key.startsWith('no_') ? find(name.slice('no_'.length)) : undefined;
    return positive?.reading === 'switch' ? { ...positive, off: true } : undefined;
  };
  return {
    command: command.name,
    find,
    names: () => [
      ...Object.keys(spellings).filter((name) => name.length > 1),
      ...keyNames.map((key) => key.replaceAll('_', '-')),
    ],
  };
}

/** Before a command is known: a flag is a switch where it is one for any command, and else takes a value. */
export function flagsOfAny(commands: readonly HasFlags[]): FlagTable {
  const tables = commands.map(flagsOf);
  return {
    command: undefined,
    find(name) {
      const meanings = tables.flatMap((table) => table.find(name) ?? []);
      return (
        meanings.find(({ reading }) => reading === 'switch') ??
        meanings[0] ?? { key: standIn(name)?.key ?? name.replaceAll('-', '_'), reading: 'value' }
      );
    },
    names: () => tables.flatMap((table) => table.names()),
  };
}

/** Flags that every command has where it has no setting of that name. */
function standIn(key: string, command?: HasFlags): FlagMeaning | undefined {
  if (key === 'timeout') return { key: 'api.timeout', reading: 'value' };
  if (key !== 'name' || command === undefined) return undefined;
  const nameKey = nameKeyOf(command.shape);
  return nameKey === undefined ? undefined : { key: nameKey, reading: 'text' };
}

/** `name` stands for the name of the box, whichever key that is for a command; undefined where it has none. */
export function nameKeyOf(shape: Shape): string | undefined {
  return ['name', 'instance_identifier', 'instance_name'].find((key) => Object.hasOwn(shape, key));
}

/** The reading of a setting, or of one inside it; a switch inside another setting takes a value. */
function readingAt(schema: Shape[string], inside: readonly string[]): Kind {
  let at: Parameters<typeof kindOf>[0] | undefined = schema;
  for (const key of inside) {
    if (at !== undefined && kindOf(at) === 'pair') return 'text';
    at = at && fieldsOf(at)[key];
  }
  const kind = at === undefined ? 'value' : kindOf(at);
  return kind === 'switch' && inside.length > 0 ? 'value' : kind;
}
