import type { Context } from '../../base/context.ts';
import { commandNames } from '../../commands/table.ts';
import type { GroupListing } from '../../compose/index.ts';
import type { ConfigSource } from '../compose.ts';
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
  const bases: string[] = [];
  const all = groups.flatMap(({ group, options }) => options.map((option) => ({ group, ...option })));
  const jobs = all.filter(({ group }) => isJobGroup(group));
  for (const { group, name, file } of jobs) {
    const option = `${group.slice('command/'.length)}${group === 'command' ? '' : '/'}${name}`;
    const label = `command=${option}`;
    const trial = await tryOption({ label, file, overrides: [`command=${quoted(option)}`] }, source, context);
    note(trial, file, label);
    if (commandNames.includes(option) && trial.findings.length === 0) bases.push(option);
  }
  // The command with the most settings can be combined with the most options.
  const ordered = [
    ...(bases.includes('up') || bases.length === 0 ? ['up'] : []),
    ...bases.filter((base) => base !== 'up'),
  ];
  for (const { group, name, file } of all.filter((option) => !isJobGroup(option.group))) {
    const sign = primary.has(group) ? '' : '+';
    const label = `${sign}${group}=${name}`;
    const attempt = (base: string): Promise<Trial> =>
      tryOption(
        {
          label: `command=${base} ${label}`,
          file,
          overrides: [`command=${base}`, `${sign}${group}=${quoted(name)}`],
        },
        source,
        context,
      );
    note(await bestOf(sign === '' ? ordered.slice(0, 1) : ordered, attempt), file, label);
  }
  const orphans = parts.filter(({ file }) => !reached.has(file));
  return {
    findings: [...findings, ...orphans.map(({ file, label }) => noCommand(file, label))],
    reached,
    options: all.length,
  };
}

/** Whether the options of a group are whole jobs. */
export const isJobGroup = (group: string): boolean => group === 'command' || group.startsWith('command/');

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
