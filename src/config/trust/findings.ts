import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Context } from '../../base/context.ts';
import { isSecretKey } from '../../base/redact.ts';
import { commandNames } from '../../commands/table.ts';
import type { ComposeError, Composition, Origin, Read } from '../../compose/index.ts';
import type { Foreign } from './foreign.ts';
import { guardedSettings, isCredential } from './guarded.ts';
import { misplaced } from './placement.ts';

/** Something that a project does and may do only when it is trusted. */
export interface Finding {
  /** A sentence without its full stop, about the project. */
  readonly what: string;
  /** Where it was written; absent for a whole file. */
  readonly origin?: Origin | undefined;
  /** The file that it is about, where there is no single place. */
  readonly file?: string;
  /** No trust covers it: it lies outside of what trust is bound to. */
  readonly always?: true;
}

/** Why a project may not read this, or undefined where it may. */
export function readFinding(
  read: Read,
  by: readonly (Origin | undefined)[],
  foreign: Foreign,
): Finding | undefined {
  const culprit = by.find((origin) => foreign.wrote(origin));
  if (culprit === undefined && !by.includes(undefined)) return undefined;
  if (read.kind === 'env') {
    return { what: `the project reads the environment variable ${read.name}`, origin: culprit };
  }
  const isOwn = read.origin !== undefined && foreign.wrote(read.origin);
  if (!isCredential(read.path) && (isOwn || !isSecretKey(read.path))) return undefined;
  return { what: `the project reads ${read.path || 'the whole configuration'}`, origin: culprit };
}

/** All that an untrusted project must not have done in a composition, beside what its interpolations read. */
export function findingsIn(
  composition: Composition,
  foreign: Foreign,
  context: Pick<Context, 'cwd' | 'paths'>,
  hasRest: boolean,
  excuse?: (error: ComposeError) => void,
): Finding[] {
  const isAtHome = (path: string): boolean =>
    foreign.isAtHome(resolve(context.cwd, path.replace(/^~(?=\/)/, context.paths.home)));
  const settings = guardedSettings({ config: composition.resolve(excuse), hasRest, isAtHome });
  return [
    ...outside(composition, foreign),
    ...settings.flatMap(({ path, why }): Finding[] => {
      const origin = composition.sourcesOf(path).find((source) => foreign.wrote(source));
      return origin ? [{ what: `the project sets ${path.join('.')}, which ${why}`, origin }] : [];
    }),
    ...misplaced(composition, foreign).map(({ config, package: target, file }) => ({
      what: `the project puts ${config} into ${target} in its own way, which decides where your credentials are sent`,
      file,
    })),
    ...shadowed(composition, foreign, context.paths.package),
  ];
}

/** Files that are no configuration of the project: read through `..`, a link, or a tree in a place of its own. */
function outside({ defaults }: Composition, foreign: Foreign): Finding[] {
  return [...new Set(defaults.map(({ file }) => file))].flatMap((file): Finding[] => {
    if (!foreign.owns(file)) return [];
    const what = 'the project reads a file that lies outside of';
    if (!foreign.isInTrees(file)) return [{ what: `${what} its trees`, file, always: true }];
    return foreign.isAtHome(file) ? [] : [{ what: `${what} it`, file }];
  });
}

/**
 * A command of devbox that would do what another one does: `devbox list` would end a box. A word that only stands for a
 * command, such as `rm`, is devbox's own as well.
 */
function shadowed(
  { choices, config, sourcesOf, defaults }: Composition,
  foreign: Foreign,
  packageRoot: string,
): Finding[] {
  const option = choices['command'];
  const does = config['command'];
  if (typeof option !== 'string') return [];
  const says = commandNames
    .filter((name) => option === name || option.startsWith(`${name}_`))
    .sort((a, b) => b.length - a.length)[0];
  const file = defaults.find((entry) => entry.config === `command/${option}`)?.file;
  const origin = sourcesOf(['command']).find((source) => foreign.wrote(source));
  if (says === does) return [];
  const isTheirs =
    says === undefined
      ? isShipped(packageRoot, option) && file !== undefined && foreign.owns(file)
      : defaults.some((entry) => foreign.owns(entry.file));
  if (!isTheirs && !(origin && (says !== undefined || isShipped(packageRoot, option)))) return [];
  const what = `the project makes ${option} do what ${String(does)} does`;
  return [{ what, origin, ...(file === undefined ? {} : { file }) }];
}

function isShipped(packageRoot: string, option: string): boolean {
  return existsSync(join(packageRoot, 'conf', 'command', `${option}.yaml`));
}
