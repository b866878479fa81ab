import type { Context } from '../base/context.ts';
import { ComposeError, type Composition, compose } from '../compose/index.ts';
import { type CommandKeys, isOfCommand, keysOfCommands, overridesFor } from './command-keys.ts';
import { findProject, type Project } from './project.ts';
import { type ConfigTree, searchPath } from './search-path.ts';
import type { Guard } from './trust/guard.ts';

export interface ConfigFlags {
  readonly configDirs: readonly string[];
  readonly configPath: string | undefined;
  readonly configName: string;
}

/** Where configuration is looked up for this call. */
export interface ConfigSource {
  readonly trees: readonly ConfigTree[];
  readonly configName: string;
  readonly project: Project | undefined;
  /** The settings of each command; absent where the project's overrides are about no command's own. */
  readonly commandKeys?: CommandKeys;
  /** Stands over what a project may do that the user has not trusted; absent where there is none. */
  readonly guard?: Guard;
  /** Files found on the way that other tools would run as configuration, and devbox does not. */
  readonly code?: readonly string[];
}

/** Mappings that take any key, without the `+` that a new key needs elsewhere. */
const openMaps = ['env', 'tags', 'filesystem_mounts'];

/** Both name the image to boot. What names one says that the other is not meant, whatever a preset says. */
const alternatives = [
  { keys: ['api.launch.image', 'api.launch.image_family'], mayTie: true },
  { keys: ['image_id', 'image_family'] },
];

/** Finds the project and the trees. @throws DevboxError of kind `usage` for what is named and not there. */
export async function findConfig(flags: ConfigFlags, context: Context): Promise<ConfigSource> {
  const code: string[] = [];
  const find = async () => findProject(context.cwd, (file) => code.push(file));
  const project = flags.configPath === undefined ? await find() : undefined;
  const trees = searchPath(flags, project, context);
  const source = { trees, configName: flags.configName, project, code };
  if (project === undefined) return source;
  const { guardOver } = await import('./trust/guard.ts');
  return { ...source, ...(await commandKeysFor(project)), guard: guardOver(project, trees, context) };
}

/** What a source needs so that the project's overrides about commands count for those that have the setting. */
export async function commandKeysFor(
  project: Project | undefined,
): Promise<Pick<ConfigSource, 'commandKeys'>> {
  return project?.overrides.some(isOfCommand) ? { commandKeys: await keysOfCommands() } : {};
}

/**
 * Composes the configuration; the overrides of the project stand before the given ones, so that these win. Those that
 * set what the command does not have and another command has are left out.
 * @param jobNumber number of the job in a multirun, from 0: `${hydra:job.num}`.
 * @throws ComposeError
 */
export function composeConfig(
  source: ConfigSource,
  overrides: readonly string[],
  context: Context,
  jobNumber?: number,
): Composition {
  const own = source.project?.overrides ?? [];
  const { commandKeys } = source;
  const composeWith = (some: readonly (string | null)[]): Composition =>
    composeAll([...some, ...overrides], source, context, jobNumber);
  if (commandKeys === undefined) return composeWith(own);
  const command = commandIn(composeWith, own);
  return composeWith(command === undefined ? own : overridesFor(command, own, commandKeys));
}

/** The command behind the chosen option, which only a composition tells; undefined where that does not come about. */
function commandIn(
  composeWith: (some: readonly (string | null)[]) => Composition,
  own: readonly string[],
): string | undefined {
  try {
    const { command } = composeWith(own.map((each) => (isOfCommand(each) ? null : each))).config;
    return typeof command === 'string' ? command : '';
  } catch (error) {
    // The overrides given may be about what the project's set, as `~env.X`.
    if (error instanceof ComposeError) return undefined;
    throw error;
  }
}

function composeAll(
  overrides: readonly (string | null)[],
  source: ConfigSource,
  context: Context,
  jobNumber: number | undefined,
): Composition {
  return compose({
    searchPath: source.trees,
    configName: source.configName,
    overrides,
    env: context.env,
    openMaps,
    alternatives,
    lowerOverrides: source.project?.overrides.length ?? 0,
    ...(source.guard ? { guard: source.guard.mayRead } : {}),
    runtime: {
      job: { name: 'devbox', ...(jobNumber === undefined ? {} : { num: jobNumber, id: String(jobNumber) }) },
      runtime: {
        cwd: context.cwd,
        version: context.version,
        config_sources: source.trees.map(({ path, label }) => ({ path, schema: 'file', provider: label })),
      },
    },
  });
}
