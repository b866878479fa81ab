import type { Context } from '../../base/context.ts';
import { commandNames } from '../../commands/table.ts';
import type { GroupListing } from '../../compose/index.ts';
import type { ConfigSource } from '../compose.ts';
import { isJobGroup } from './files.ts';
import type { Finding } from './finding.ts';
import { noCommand, quoted, type Trial, tryOption } from './trial.ts';

/** What composing the options showed. */
export interface Tried {
  readonly findings: readonly Finding[];
  readonly reached: ReadonlySet<string>;
  readonly options: number;
}

/**
 * Composes every option: those of the group `command` as jobs, the others together with a command.
 * @param primary the groups that the primary configuration names; others have to be added.
 */
export async function tryGroups(
  groups: readonly GroupListing[],
  primary: ReadonlySet<string>,
  source: ConfigSource,
  context: Context,
): Promise<Tried> {
  const findings: Finding[] = [];
  const reached = new Set<string>();
  const parts: { file: string; label: string }[] = [];
  const note = (trial: Trial, file: string, label: string): void => {
    findings.push(...trial.findings);
    if (trial.isPart) parts.push({ file, label });
    else for (const each of trial.reached) reached.add(each);
  };
  const all = groups.flatMap(({ group, options }) =>
    options.map(({ name, file }) => ({ group, name, file, config: `${group}/${name}` })),
  );
  const bases: string[] = [];
  for (const { file, config } of all.filter(({ group }) => isJobGroup(group))) {
    const name = config.slice('command/'.length);
    const label = `command=${name}`;
    const option = { label, file, config, overrides: [`command=${quoted(name)}`] };
    const trial = await tryOption(option, source, context);
    note(trial, file, label);
    if (commandNames.includes(name) && trial.findings.length === 0) bases.push(name);
  }
  // The command with the most settings can be combined with the most options.
  const first = bases.includes('up') ? 'up' : (bases[0] ?? 'up');
  const others = bases.filter((base) => base !== first);
  for (const { group, name, file, config } of all.filter((option) => !isJobGroup(option.group))) {
    const isKnown = primary.has(group);
    const label = `${isKnown ? '' : '+'}${group}=${name}`;
    const choice = `${isKnown ? '' : '+'}${group}=${quoted(name)}`;
    const trial = await bestOf([first, ...(isKnown ? [] : others)], (base) => {
      const overrides = [`command=${base}`, choice];
      return tryOption({ label: `command=${base} ${label}`, file, config, overrides }, source, context);
    });
    note(trial, file, label);
  }
  const orphans = parts.filter(({ file }) => !reached.has(file));
  return {
    findings: [...findings, ...orphans.map(({ file, label }) => noCommand(file, label))],
    reached,
    options: all.length,
  };
}

/** A group of a team's own may be meant for one command only: the first one that it suits, else the first. */
async function bestOf(bases: readonly string[], attempt: (base: string) => Promise<Trial>): Promise<Trial> {
  let first: Trial | undefined;
  for (const base of bases) {
    const trial = await attempt(base);
    if (trial.findings.length === 0) return trial;
    first ??= trial;
  }
  return first ?? { findings: [], reached: [], isPart: false };
}
