import type { Context } from '../base/context.ts';
import { type Composition, compose } from '../compose/index.ts';
import { findProject, type Project } from './project.ts';
import { type ConfigTree, searchPath } from './search-path.ts';

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
}

/** Mappings that take any key, without the `+` that a new key needs elsewhere. */
const openMaps = ['env', 'tags'];

/** Finds the project and the trees. @throws DevboxError of kind `usage` for what is named and not there. */
export async function findConfig(flags: ConfigFlags, context: Context): Promise<ConfigSource> {
  const project = flags.configPath === undefined ? await findProject(context.cwd) : undefined;
  return { trees: searchPath(flags, project, context), configName: flags.configName, project };
}

/**
 * Composes the configuration; the overrides of the project stand before the given ones, so that these win.
 * @param jobNumber number of the job in a multirun, from 0: `${hydra:job.num}`.
 * @throws ComposeError
 */
export function composeConfig(
  source: ConfigSource,
  overrides: readonly string[],
  context: Context,
  jobNumber?: number,
): Composition {
  return compose({
    searchPath: source.trees,
    configName: source.configName,
    overrides: [...(source.project?.overrides ?? []), ...overrides],
    env: context.env,
    openMaps,
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
