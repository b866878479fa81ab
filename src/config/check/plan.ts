import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Context } from '../../base/context.ts';
import { DevboxError } from '../../base/errors.ts';
import { type ConfigSource, commandKeysFor } from '../compose.ts';
import { findProject } from '../project.ts';
import type { ConfigTree } from '../search-path.ts';

/** What is checked, and where the rest of the configuration comes from. */
export interface CheckPlan {
  readonly source: ConfigSource;
  /** The trees whose files are looked at one by one, absolute. */
  readonly trees: readonly string[];
}

/**
 * Decides what to check: a directory that is a project or a tree, with what devbox comes with behind it; without one,
 * the trees of the command line and the project, or else the user's own.
 * @throws DevboxError of kind `usage` where there is nothing to check.
 */
export async function planCheck(
  directory: string | undefined,
  source: ConfigSource,
  context: Context,
): Promise<CheckPlan> {
  if (directory !== undefined) return planDirectory(resolve(context.cwd, directory), source, context);
  const named = source.trees.filter(({ label }) => label === 'command-line' || label === 'project');
  const own = named.length > 0 ? named : source.trees.filter(({ label }) => label === 'user');
  const trees = own.map(({ path }) => path).filter(isDirectory);
  if (trees.length > 0) return { source: unguarded(source), trees };
  throw new DevboxError('usage', 'there is no configuration tree here to check', {
    code: 'config/nothing-to-check',
    title: 'Usage Error',
    details: own.map(({ path }) => ({ label: 'Looked at', value: path })),
    hint: 'devbox config check DIR checks the tree or the project in a directory.',
  });
}

async function planDirectory(directory: string, source: ConfigSource, context: Context): Promise<CheckPlan> {
  if (!isDirectory(directory)) {
    throw new DevboxError('usage', `${directory} is no directory`, {
      code: 'config/directory-missing',
      title: 'Usage Error',
      hint: 'Give a directory that holds groups such as command/ and api/, or a project.',
    });
  }
  const found = await findProject(directory);
  const project = found?.directory === directory ? found : undefined;
  const own = (project?.searchPath ?? [directory]).map((path): ConfigTree => ({ path, label: 'project' }));
  const shipped: ConfigTree[] = [
    { path: join(context.paths.package, 'presets'), label: 'presets' },
    { path: join(context.paths.package, 'conf'), label: 'built-in' },
  ];
  const trees = own.map(({ path }) => path);
  const all = { trees: [...own, ...shipped], configName: source.configName, project };
  return { source: { ...all, ...(await commandKeysFor(project)) }, trees };
}

/** Nothing of what is checked is sent or run, so it need not be trusted. */
function unguarded({ trees, configName, project, commandKeys }: ConfigSource): ConfigSource {
  return { trees, configName, project, ...(commandKeys ? { commandKeys } : {}) };
}

function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}
