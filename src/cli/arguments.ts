import { badFlag, repeatedFlag, unknownFlag } from './flag-errors.ts';
import type { FlagMeaning, FlagTable } from './flag-table.ts';
import { flagOverride, type GivenFlag } from './flag-value.ts';
import { type FlagName, type Flags, isOwn, OwnFlags, ownFlags, ownOfLetter } from './own-flags.ts';

/** A command line, taken apart but not yet understood. */
export interface Arguments {
  readonly flags: Flags;
  /** Overrides and other words in their order. */
  readonly words: readonly string[];
  /** Overrides that flags of the command stand for. */
  readonly settings: readonly string[];
  /** The words after `--`, untouched; undefined where there was no `--`. */
  readonly rest: readonly string[] | undefined;
}

/** What can be told of a command line before its command is known. */
export interface FirstLook {
  readonly flags: Flags;
  /** The words in front of the first flag that is none of devbox's own, and a `command=NAME` wherever it stands. */
  readonly words: readonly string[];
  readonly rest: readonly string[] | undefined;
  /** Whether there are flags that only the command can explain. */
  readonly hasKeyFlags: boolean;
}

/** Hydra's own short spellings of two letters. */
const hydraShort: Readonly<Record<string, string>> = {
  '-cd': '--config-dir',
  '-cp': '--config-path',
  '-cn': '--config-name',
};

/**
 * Reads devbox's own flags, and the words by which the command can be found.
 * @throws DevboxError of kind `usage` for one of these flags without its value, or given twice.
 */
export function firstLook(argv: readonly string[]): FirstLook {
  const own = new OwnFlags();
  const words: string[] = [];
  let hasKeyFlags = false;
  const rest = scan(argv, {
    word: (word) => {
      if (!hasKeyFlags || word.startsWith('command=')) words.push(word);
    },
    own: own.add,
    // What follows it may be its value; until the command is known, it is nothing else either.
    takes: () => 'value',
    key: () => {
      hasKeyFlags = true;
    },
  });
  return { flags: own.flags(), words, rest, hasKeyFlags };
}

/**
 * Takes a command line apart: devbox's own flags, the words, what the flags of the command set, and what stands after
 * `--`.
 * @param table the flags of the command.
 * @param env for pairs that name a variable only.
 * @throws DevboxError of kind `usage` for a flag without its value, one given twice, or one that is none.
 */
export function readArguments(
  argv: readonly string[],
  table: FlagTable,
  env: Readonly<Record<string, string | undefined>>,
): Arguments {
  const own = new OwnFlags();
  const words: string[] = [];
  const keys = new Map<string, { readonly meaning: FlagMeaning; readonly given: GivenFlag[] }>();
  const rest = scan(argv, {
    word: (word) => words.push(word),
    own: own.add,
    takes(flag, name) {
      const meaning = table.find(name);
      if (meaning === undefined)
        throw unknownFlag(flag, table.command, [...Object.keys(ownFlags), ...table.names()]);
      return meaning.reading === 'switch' ? 'truth' : 'value';
    },
    key(flag, name, said) {
      const meaning = table.find(name);
      if (meaning === undefined) return;
      const isSwitch = meaning.reading === 'switch';
      const value = said ?? (isSwitch ? 'true' : undefined);
      if (value === undefined || (isSwitch && !isTruth(value))) throw badFlag(flag, !isSwitch);
      const given = { flag, value: meaning.off ? String(value !== 'true') : value };
      const known = keys.get(meaning.key);
      if (known === undefined) keys.set(meaning.key, { meaning, given: [given] });
      else if (repeatable.has(meaning.reading) && known.meaning.reading === meaning.reading)
        known.given.push(given);
      else throw repeatedFlag(flag, known.given[0]?.flag);
    },
  });
  const settings = [...keys].map(([key, { meaning, given }]) =>
    flagOverride(key, meaning.reading, given, env),
  );
  return { flags: own.flags(), words, settings, rest };
}

const repeatable: ReadonlySet<string> = new Set(['list', 'pair']);
const isTruth = (word: string): boolean => word === 'true' || word === 'false';

/** What is done with the parts of a command line. */
interface Visitor {
  word(word: string): void;
  own(name: FlagName, flag: string, value: string | undefined): void;
  /** What the next word has to be, to be the value of a flag of the command. */
  takes(flag: string, name: string): 'truth' | 'value';
  key(flag: string, name: string, value: string | undefined): void;
}

/** @returns the words after `--`. */
function scan(argv: readonly string[], visitor: Visitor): readonly string[] | undefined {
  const before = beforeTerminator(argv);
  let at = 0;
  const next = (kind: 'truth' | 'value'): string | undefined => {
    const word = before[at];
    if (word === undefined || (kind === 'truth' ? !isTruth(word) : word.startsWith('--'))) return undefined;
    at++;
    return word;
  };
  const ownFlag = (name: FlagName, flag: string, said: string | undefined): void =>
    visitor.own(name, flag, said ?? (ownFlags[name].type === 'string' ? next('value') : undefined));
  const keyFlag = (flag: string, name: string, said: string | undefined): void => {
    const kind = visitor.takes(flag, name);
    visitor.key(flag, name, said ?? next(kind));
  };

  while (at < before.length) {
    const typed = before[at++] ?? '';
    const word = hydraShort[typed] ?? typed;
    const [, name = '', said] = /^--([^=]*)(?:=(.*))?$/s.exec(word) ?? [];
    if (!word.startsWith('-') || word === '-') visitor.word(word);
    else if (!word.startsWith('--')) letters(word.slice(1));
    else if (isOwn(name)) ownFlag(name, `--${name}`, said);
    else keyFlag(`--${name}`, name, said);
  }
  return before.length < argv.length ? argv.slice(before.length + 1) : undefined;

  /** Letters after one hyphen: switches, the last of them perhaps with its value. */
  function letters(text: string): void {
    const letter = text.charAt(0);
    const more = text.slice(1);
    const said = more === '' ? undefined : more.replace(/^=/, '');
    const name = ownOfLetter(letter);
    const isSwitch =
      name === undefined
        ? visitor.takes(`-${letter}`, letter) === 'truth'
        : ownFlags[name].type === 'boolean';
    const isAlone = isSwitch && said !== undefined && said === more;
    if (name === undefined) {
      if (isAlone) visitor.key(`-${letter}`, letter, undefined);
      else keyFlag(`-${letter}`, letter, said);
    } else if (isSwitch) visitor.own(name, `-${letter}`, undefined);
    else ownFlag(name, `-${letter}`, said);
    if (isAlone) letters(more);
  }
}

function beforeTerminator(argv: readonly string[]): readonly string[] {
  const end = argv.indexOf('--');
  return end < 0 ? argv : argv.slice(0, end);
}
