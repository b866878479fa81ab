import { DevboxError } from '../base/errors.ts';
import { nearest } from '../base/text.ts';
import type { FlagMeaning, FlagTable } from './flag-table.ts';
import { flagOverride, type GivenFlag } from './flag-value.ts';

/** Flags that belong to devbox itself rather than to a command's configuration. */
export interface Flags {
  readonly help: boolean;
  readonly version: boolean;
  /** `--cfg TYPE`: print the configuration instead of running. */
  readonly cfg: string | undefined;
  /** `--info TYPE`: explain the configuration instead of running. */
  readonly info: string | undefined;
  /** `--package PATH`: only this part of the configuration. */
  readonly package: string | undefined;
  readonly resolve: boolean;
  /** `--multirun`: run every job of the sweeps among the overrides. */
  readonly multirun: boolean;
  readonly json: boolean;
  readonly quiet: boolean;
  readonly noColor: boolean;
  /** `--debug`: tell on stderr what is asked of servers and what they answer. */
  readonly debug: boolean;
  /** `--api-key KEY`; `-` means that it stands on stdin. */
  readonly apiKey: string | undefined;
  /** `--api-url URL`: where the provider is. */
  readonly apiUrl: string | undefined;
  readonly configDirs: readonly string[];
  readonly configPath: string | undefined;
  readonly configName: string;
}

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

const options = {
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'V' },
  cfg: { type: 'string', short: 'c' },
  info: { type: 'string', short: 'i' },
  package: { type: 'string', short: 'p' },
  resolve: { type: 'boolean' },
  multirun: { type: 'boolean', short: 'm' },
  json: { type: 'boolean' },
  quiet: { type: 'boolean', short: 'q' },
  'no-color': { type: 'boolean' },
  debug: { type: 'boolean' },
  'api-key': { type: 'string' },
  'api-url': { type: 'string' },
  'config-dir': { type: 'string' },
  'config-path': { type: 'string' },
  'config-name': { type: 'string' },
} as const;

type FlagName = keyof typeof options;

/** devbox's own flags: whether a value follows, and the short spelling. */
export const ownFlags: Readonly<
  Record<string, { readonly type: 'boolean' | 'string'; readonly short?: string }>
> = options;

const ownNames = Object.keys(options).filter(isOwn);

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
      if (meaning === undefined) throw unknownFlag(flag, table);
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
    visitor.own(name, flag, said ?? (options[name].type === 'string' ? next('value') : undefined));
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
      name === undefined ? visitor.takes(`-${letter}`, letter) === 'truth' : options[name].type === 'boolean';
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

function isOwn(name: string): name is FlagName {
  return Object.hasOwn(options, name);
}

function ownOfLetter(letter: string): FlagName | undefined {
  return ownNames.find((name) => ownFlags[name]?.short === letter);
}

/** Gathers devbox's own flags. */
class OwnFlags {
  private readonly given = new Map<FlagName, string[]>();

  readonly add = (name: FlagName, flag: string, value: string | undefined): void => {
    const wantsValue = options[name].type === 'string';
    // An empty path would quietly be the working directory.
    if (wantsValue ? !value : value !== undefined) throw badFlag(flag, wantsValue);
    const known = this.given.get(name);
    if (known && wantsValue && name !== 'config-dir') throw repeatedFlag(flag);
    this.given.set(name, [...(known ?? []), value ?? '']);
  };

  /** @throws DevboxError of kind `usage` for flags that exclude each other. */
  flags(): Flags {
    const { given } = this;
    refuseCombinations(given);
    const first = (name: FlagName): string | undefined => given.get(name)?.[0];
    return {
      help: given.has('help'),
      version: given.has('version'),
      cfg: first('cfg'),
      info: first('info'),
      package: first('package'),
      resolve: given.has('resolve'),
      multirun: given.has('multirun'),
      json: given.has('json'),
      quiet: given.has('quiet'),
      noColor: given.has('no-color'),
      debug: given.has('debug'),
      apiKey: first('api-key'),
      apiUrl: first('api-url'),
      configDirs: given.get('config-dir') ?? [],
      configPath: first('config-path'),
      configName: first('config-name')?.replace(/\.ya?ml$/, '') ?? 'config',
    };
  }
}

/** A flag about printing never lets a command run by mistake. */
function refuseCombinations(given: ReadonlyMap<FlagName, unknown>): void {
  const explains = given.has('cfg') || given.has('info');
  const problem =
    given.has('cfg') && given.has('info')
      ? '--cfg and --info exclude each other'
      : explains
        ? undefined
        : given.has('package')
          ? '--package needs --cfg or --info'
          : given.has('resolve')
            ? '--resolve needs --cfg or --info'
            : undefined;
  if (!problem) return;
  throw new DevboxError('usage', problem, {
    code: 'usage/flag-combination',
    title: 'Usage Error',
    hint: 'Write --cfg job for the configuration, --info provenance for where it comes from.',
  });
}

function badFlag(flag: string, wantsValue: boolean): DevboxError {
  return new DevboxError('usage', wantsValue ? `${flag} needs a value` : `${flag} takes no value`, {
    code: 'usage/flag-value',
    title: 'Usage Error',
    hint: wantsValue ? `Write ${flag} VALUE.` : `Write ${flag} alone.`,
  });
}

function repeatedFlag(flag: string, other = flag): DevboxError {
  const problem = flag === other ? `${flag} is given twice` : `${other} and ${flag} are the same flag`;
  return new DevboxError('usage', problem, {
    code: 'usage/flag-repeated',
    title: 'Usage Error',
    hint: 'Give it once.',
  });
}

function unknownFlag(flag: string, { command, names }: FlagTable): DevboxError {
  const near = nearest(flag.replace(/^-+/, ''), [...Object.keys(options), ...names()]);
  const help = command === undefined ? 'devbox --help' : `devbox help ${command}`;
  return new DevboxError('usage', `${flag} is no flag of ${command ?? 'devbox'}`, {
    code: 'usage/flag-unknown',
    title: 'Usage Error',
    hint: near ? `Did you mean --${near}? ${help} shows all flags.` : `${help} shows all flags.`,
  });
}
