import { parseArgs } from 'node:util';
import { DevboxError } from '../base/errors.ts';
import { nearest } from '../base/text.ts';
import { ComposeError, parseOverride } from '../compose/index.ts';
import { quoteValue } from './words.ts';

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
  readonly configDirs: readonly string[];
  readonly configPath: string | undefined;
  readonly configName: string;
}

/** A command line, taken apart but not yet understood. */
export interface Arguments {
  readonly flags: Flags;
  /** Overrides and other words in their order, key flags already in the form `key=value`. */
  readonly words: readonly string[];
  /** The words after `--`, untouched; undefined where there was no `--`. */
  readonly rest: readonly string[] | undefined;
}

/** Says of a configuration key whether it is on or off; such a key's flag takes only `true` and `false` from the next word. */
export type IsSwitch = (key: string) => boolean;

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
  'config-dir': { type: 'string', multiple: true },
  'config-path': { type: 'string' },
  'config-name': { type: 'string' },
} as const;

type FlagName = keyof typeof options;

/** devbox's own flags: whether a value follows, and the short spelling. */
export const ownFlags: Readonly<
  Record<string, { readonly type: 'boolean' | 'string'; readonly short?: string }>
> = options;

/** Hydra's own short spellings of two letters. */
const hydraShort: Readonly<Record<string, string>> = {
  '-cd': '--config-dir',
  '-cp': '--config-path',
  '-cn': '--config-name',
};

/** Whether a command line has a flag that is a configuration key, so that `readArguments` will ask `isSwitch`. */
export function hasKeyFlags(argv: readonly string[]): boolean {
  return beforeTerminator(argv).some((word) => word.startsWith('--') && !isOwn(flagName(word)));
}

/**
 * Takes a command line apart: `devbox`'s flags, the words, and what stands after `--`. `--gpu-type X`,
 * `--gpu-type=X` and `gpu_type=X` come out alike.
 * @throws DevboxError of kind `usage` for a flag without its value, one given twice, or one that is none.
 */
export function readArguments(argv: readonly string[], isSwitch: IsSwitch): Arguments {
  const before = beforeTerminator(argv).map((word) => hydraShort[word] ?? word);
  const rest = before.length < argv.length ? argv.slice(before.length + 1) : undefined;
  const { tokens } = parseArgs({
    args: before,
    options,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });

  const flags: Partial<Record<FlagName, string[]>> = {};
  const words: string[] = [];
  let taken = -1;
  for (const token of tokens) {
    if (token.index <= taken) continue;
    if (token.kind === 'positional') words.push(token.value);
    if (token.kind !== 'option') continue;
    if (isOwn(token.name)) {
      const wantsValue = options[token.name].type === 'string';
      // An empty path would quietly be the working directory.
      if (wantsValue ? !token.value : token.value !== undefined) throw badFlag(token.rawName, wantsValue);
      if (flags[token.name] && token.name !== 'config-dir' && wantsValue) throw repeatedFlag(token.rawName);
      flags[token.name] = [...(flags[token.name] ?? []), token.value ?? ''];
      continue;
    }
    if (!token.rawName.startsWith('--')) throw unknownFlag(token.rawName);
    const key = token.name.replaceAll('-', '_');
    if (token.value !== undefined) words.push(`${key}=${asValue(token.value)}`);
    else if (isSwitch(key)) {
      const next = before[token.index + 1] ?? '';
      const isSaid = next === 'true' || next === 'false';
      words.push(`${key}=${isSaid ? next : 'true'}`);
      if (isSaid) taken = token.index + 1;
    } else if (key.startsWith('no_') && isSwitch(key.slice('no_'.length)))
      words.push(`${key.slice('no_'.length)}=false`);
    else {
      const value = before[token.index + 1];
      if (value === undefined || value.startsWith('--')) throw badFlag(token.rawName, true);
      words.push(`${key}=${asValue(value)}`);
      taken = token.index + 1;
    }
  }

  refuseCombinations(flags);
  return {
    flags: {
      help: flags.help !== undefined,
      version: flags.version !== undefined,
      cfg: flags.cfg?.[0],
      info: flags.info?.[0],
      package: flags.package?.[0],
      resolve: flags.resolve !== undefined,
      multirun: flags.multirun !== undefined,
      json: flags.json !== undefined,
      quiet: flags.quiet !== undefined,
      noColor: flags['no-color'] !== undefined,
      configDirs: flags['config-dir'] ?? [],
      configPath: flags['config-path']?.[0],
      configName: flags['config-name']?.[0]?.replace(/\.ya?ml$/, '') ?? 'config',
    },
    words,
    rest,
  };
}

/** The value of a flag as that of an override: as it stands where the grammar can read it, else as text. */
function asValue(value: string): string {
  try {
    parseOverride(`key=${value}`);
    return value;
  } catch (error) {
    if (!(error instanceof ComposeError)) throw error;
    return quoteValue(value);
  }
}

function beforeTerminator(argv: readonly string[]): readonly string[] {
  const end = argv.indexOf('--');
  return end < 0 ? argv : argv.slice(0, end);
}

function flagName(word: string): string {
  return word.slice(2).split('=', 1)[0] ?? '';
}

function isOwn(name: string): name is FlagName {
  return Object.hasOwn(options, name);
}

/** A flag about printing never lets a command run by mistake. */
function refuseCombinations(flags: Partial<Record<FlagName, string[]>>): void {
  const problem =
    flags.cfg && flags.info
      ? '--cfg and --info exclude each other'
      : flags.cfg || flags.info
        ? undefined
        : flags.package
          ? '--package needs --cfg or --info'
          : flags.resolve && '--resolve needs --cfg or --info';
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

function repeatedFlag(flag: string): DevboxError {
  return new DevboxError('usage', `${flag} is given twice`, {
    code: 'usage/flag-repeated',
    title: 'Usage Error',
    hint: 'Give it once.',
  });
}

function unknownFlag(flag: string): DevboxError {
  const near = nearest(flag.replace(/^-+/, ''), Object.keys(options));
  return new DevboxError('usage', `${flag} is no flag of devbox`, {
    code: 'usage/flag-unknown',
    title: 'Usage Error',
    hint: near ? `Did you mean --${near}? devbox --help shows all flags.` : 'devbox --help shows all flags.',
  });
}
