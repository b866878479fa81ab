import * as z from 'zod/mini';
import type { Context } from '../base/context.ts';
import type { ApiSettings, LeaseId } from '../leases/lease.ts';
import { type LeasesConfig, leasesSchema } from '../leases/settings.ts';
import type { LeaseStore } from '../leases/store.ts';
import type { Provider } from '../providers/provider.ts';
import type { Emit } from '../ui/events.ts';
import type { Mode, Renderer } from '../ui/renderer.ts';
import type { View } from '../ui/view.ts';
import { commonKeys } from './common-keys.ts';
import type { JobPlace, Outcome } from './outcome.ts';
import {
  type ApiConfig,
  preferencesShape,
  type SshConfig,
  sshSchema,
  type WaitConfig,
  waitSchema,
} from './settings.ts';

/** The settings that every command has beside its own. */
export interface CommonConfig {
  readonly api: ApiConfig;
  readonly wait: WaitConfig;
  readonly ssh: SshConfig;
  readonly leases: LeasesConfig;
}

/** What a command may touch. Costly parts are made when they are first asked for. */
export interface CommandDeps {
  readonly context: Context;
  readonly emit: Emit;
  /** The option of the group `api` that was chosen; a lease records it. */
  readonly apiOption: string;
  /** The settings of it that say which server is meant; a lease records them. */
  readonly apiSettings: ApiSettings;
  /** Whether the user named the provider for this call, so that no other one is asked. */
  readonly apiIsExplicit: boolean;
  /** Opens the configured provider. */
  readonly provider: () => Promise<Provider>;
  /** Opens the provider behind another option of the group `api`, with settings of it, as a lease names them. */
  readonly providerOf: (apiOption: string, settings?: ApiSettings) => Promise<Provider>;
  readonly leases: LeaseStore;
  /** The directory of the project, or the working directory where there is none; absolute. */
  readonly directory: string;
  /** Shows something while the command goes on, as its result is shown at its end. */
  readonly show: (view: View) => Promise<void>;
  /** Shows lines of a result that goes on, as they come. @returns whether anybody still reads. */
  readonly append: Renderer['append'];
  /** Shows a view that is watched, in the place of the one before. @returns whether anybody still reads. */
  readonly replace: Renderer['replace'];
  /** In which form results are shown: for commands whose result is a stream. */
  readonly mode: Mode;
  /** Ends live output and leaves the terminal clean, before another program takes it. */
  readonly releaseTerminal: () => Promise<void>;
  /** A person is at the terminal: no `--json`, no `--quiet`, and stdin and stdout are terminals. */
  readonly interactive: boolean;
  /** The job of a multirun, which shares the terminal with others; null for a command line that stands alone. */
  readonly job: JobPlace | null;
  /** The id under which this run is recorded; the first lease that it takes out gets the same one. */
  readonly runId: LeaseId;
}

export type Shape = Readonly<Record<string, z.ZodMiniType>>;

type Settings<S extends Shape> = z.infer<z.ZodMiniObject<{ -readonly [K in keyof S]: S[K] }>>;

/**
 * What a flag stands for: a key; or a key and how the flag's value is read. `list` takes `a,b` and may be repeated;
 * `pair` takes `NAME=VALUE`, or `NAME` for the value of the environment, and may be repeated; `text` takes the word as it is,
 * whatever it looks like. A name of one letter is a short flag. A key that is true or false takes no value.
 */
export type FlagSpelling = string | { readonly key: string; readonly value: 'list' | 'pair' | 'text' };

/** What help, completion and the command line know of a command. */
export interface CommandFacts {
  /** The value of `command` in the composed configuration. */
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** Command lines that work, for `help NAME`. */
  readonly examples: readonly string[];
  /** Keys that can be given as bare words, in order. */
  readonly positionals: readonly string[];
  /** The key that takes the words after `--`; without one they are refused. */
  readonly rest?: string;
  /** Flags of its own beside `--KEY` of every setting: `{ wait: 'wait_after_launch', f: 'follow' }`. */
  readonly flags?: Readonly<Record<string, FlagSpelling>>;
  /** Whether it changes something, so that its runs are recorded and can be repeated. */
  readonly changes?: true;
}

/** A command before it is tied to its settings. */
export interface CommandDefinition<S extends Shape> extends CommandFacts {
  /** Its settings beside the common ones; what a provider needs on top is in the provider's launch schema. */
  readonly shape: S;
  /** Whether the provider's launch schema is part of its settings. */
  readonly launches?: true;
  run(config: CommonConfig & Settings<S>, deps: CommandDeps): Promise<Outcome>;
}

/** The schemas that a provider contributes to every configuration. */
export interface ProviderSchemas {
  readonly api: z.ZodMiniType<ApiConfig>;
  readonly launch: z.ZodMiniType;
}

/** A configuration as composed and resolved, without the values that nobody set. */
export type RawConfig = Readonly<Record<string, unknown>>;

/** A command whose settings were found right, ready to run; or everything that is wrong with them. */
export type Prepared =
  | { readonly ok: true; readonly common: CommonConfig; run(deps: CommandDeps): Promise<Outcome> }
  | { readonly ok: false; readonly issues: readonly z.core.$ZodIssue[] };

/** A command as a value: help, validation, completion and dispatch all read this. */
export interface Command extends CommandFacts {
  readonly shape: Shape;
  /** Holds a configuration against the command's own, the common and the provider's schemas. */
  prepare(raw: RawConfig, provider: ProviderSchemas): Prepared;
}

/** Ties a command's settings to its `run`, so that it can stand in a table beside others. */
export function defineCommand<S extends Shape>(definition: CommandDefinition<S>): Command {
  return {
    ...definition,
    prepare(raw, provider) {
      const common = z.safeParse(
        z.object({
          command: z.literal(definition.name),
          api: provider.api,
          wait: waitSchema,
          ssh: sshSchema,
          leases: leasesSchema,
          ...preferencesShape,
        }),
        raw,
      );
      const own = z.safeParse(z.strictObject(definition.shape), without(raw, commonKeys));
      const launch = definition.launches ? z.safeParse(provider.launch, launchSettings(raw)) : undefined;
      if (common.success && own.success && launch?.success !== false) {
        const config = { ...common.data, ...own.data };
        return { ok: true, common: common.data, run: (deps) => definition.run(config, deps) };
      }
      return {
        ok: false,
        issues: distinct([common, own, launch].flatMap((part) => part?.error?.issues ?? [])),
      };
    },
  };
}

/** What a provider's launch schema reads: the settings of the command, and who the user of the box is. */
export function launchSettings(config: RawConfig): RawConfig {
  const ssh = config['ssh'];
  const username = typeof ssh === 'object' && ssh !== null && 'username' in ssh ? ssh.username : undefined;
  return { ...without(config, commonKeys), username };
}

function without(config: RawConfig, keys: readonly string[]): RawConfig {
  return Object.fromEntries(Object.entries(config).filter(([key]) => !keys.includes(key)));
}

/** Two schemas may find the same thing wrong; the user hears it once. */
function distinct(issues: readonly z.core.$ZodIssue[]): z.core.$ZodIssue[] {
  const seen = new Set<string>();
  return issues.filter((issue) => {
    const place = issue.code === 'unrecognized_keys' ? issue.keys.join(' ') : issue.path.join('.');
    if (seen.has(place)) return false;
    seen.add(place);
    return true;
  });
}
