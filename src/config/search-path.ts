import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Context } from '../base/context.ts';
import { DevboxError } from '../base/errors.ts';
import type { Project } from './project.ts';

/** Where a configuration tree comes from; decides how far its values are trusted. */
export type TreeKind = 'command-line' | 'project' | 'user' | 'presets' | 'built-in';

export interface ConfigTree {
  readonly path: string;
  readonly label: TreeKind;
}

export interface SearchPathFlags {
  /** `--config-dir`, as given. */
  readonly configDirs: readonly string[];
  /** `--config-path`, as given: replaces everything but `--config-dir`. */
  readonly configPath: string | undefined;
}

/**
 * The trees in which configuration is looked up, first match wins.
 * @throws DevboxError of kind `usage` when a directory named on the command line is not there.
 */
export function searchPath(
  flags: SearchPathFlags,
  project: Project | undefined,
  context: Pick<Context, 'cwd' | 'paths'>,
): ConfigTree[] {
  const named = flags.configDirs.map((path): ConfigTree => given('--config-dir', path, context.cwd));
  if (flags.configPath !== undefined)
    return [...named, given('--config-path', flags.configPath, context.cwd)];
  return [
    ...named,
    ...(project?.searchPath ?? []).map((path): ConfigTree => ({ path, label: 'project' })),
    { path: context.paths.config, label: 'user' },
    { path: join(context.paths.package, 'presets'), label: 'presets' },
    { path: join(context.paths.package, 'conf'), label: 'built-in' },
  ];
}

function given(flag: string, path: string, cwd: string): ConfigTree {
  const absolute = resolve(cwd, path);
  if (statSync(absolute, { throwIfNoEntry: false })?.isDirectory())
    return { path: absolute, label: 'command-line' };
  throw new DevboxError('usage', `${flag} ${path}: there is no such directory`, {
    code: 'config/directory-missing',
    title: 'Configuration Error',
    details: [{ label: 'Looked at', value: absolute }],
    hint: `Give ${flag} a directory that holds groups such as command/ and api/.`,
  });
}
