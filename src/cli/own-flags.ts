import { DevboxError } from '../base/errors.ts';
import { badFlag, repeatedFlag } from './flag-errors.ts';

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

/** devbox's own flags: whether a value follows, and the short spelling. */
export const ownFlags = {
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

export type FlagName = keyof typeof ownFlags;

const ownNames = Object.keys(ownFlags).filter(isOwn);

/** Whether a flag of this name is one of devbox's own. */
export function isOwn(name: string): name is FlagName {
  return Object.hasOwn(ownFlags, name);
}

/** The flag behind a letter. */
export function ownOfLetter(letter: string): FlagName | undefined {
  return ownNames.find((name) => shortOf(name) === letter);
}

/** The one letter that stands for a flag too. */
export function shortOf(name: FlagName): string | undefined {
  const flag = ownFlags[name];
  return 'short' in flag ? flag.short : undefined;
}

/** Gathers devbox's own flags. */
export class OwnFlags {
  private readonly given = new Map<FlagName, string[]>();

  readonly add = (name: FlagName, flag: string, value: string | undefined): void => {
    const wantsValue = ownFlags[name].type === 'string';
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
