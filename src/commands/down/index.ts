import * as z from 'zod/mini';
import { DevboxError } from '../../base/errors.ts';
import type { View } from '../../ui/view.ts';
import { distinct } from '../act-on-boxes.ts';
import { type CommandDeps, defineCommand } from '../command.ts';
import { type FoundBox, findBox } from '../find-box.ts';
import type { Outcome } from '../outcome.ts';
import { identifiersShape } from '../settings.ts';
import { confirmEnd } from './confirm.ts';
import { endBox } from './end-box.ts';
import { endProject, isUnfinished, projectsAmong } from './end-project.ts';
import { settleLostLaunch } from './settle.ts';

export const down = defineCommand({
  name: 'down',
  changes: true,
  summary: 'take boxes down; what is persistent stays',
  examples: [
    'devbox command=down instance_identifier=gh200-devbox',
    'devbox down devbox',
    'devbox down devbox purge=true',
    'devbox rm 4f1c2a9e --force',
    'devbox terminate my-project discard=true',
  ],
  positionals: ['instance_identifier'],
  shape: {
    ...identifiersShape,
    purge: z.boolean().check(z.describe('also delete the persistent home of a box on this machine')),
    discard: z
      ._default(z.boolean(), false)
      .check(z.describe('end the box of a project without saving its disk: this session is lost')),
    force: z.boolean().check(z.describe('take the beginning of an id for enough, and ask nothing')),
  },
  async run({ instance_identifier, purge, discard, force, ssh }, deps): Promise<Outcome> {
    const named: Named[] = [];
    for (const identifier of instance_identifier) {
      named.push({ identifier, found: await findOrLost(identifier, deps) });
    }
    for (const { identifier, found } of named) {
      if (found) await confirmEnd(found, { identifier, purge, discard, force }, deps);
    }
    const without = named.flatMap(({ identifier, found }) => (found ? [] : [identifier]));
    const projects = await projectsAmong(without, deps);
    const lost = without.filter((identifier) => !projects.includes(identifier));
    const boxes = distinct(named.flatMap(({ found }) => (found ? [found] : [])));
    const work = [
      ...boxes.map((found) => () => endBox(found, { purge, discard }, ssh, deps)),
      ...projects.map((name) => () => endProject(name, discard, deps)),
      ...lost.map((identifier) => () => settleLostLaunch(identifier, ssh, deps)),
    ];
    const views: View[] = [];
    for (const next of work) {
      try {
        views.push(await next());
      } catch (error) {
        // What went wrong with one must not hide what was done to those before it.
        if (views.length === 0 || !(error instanceof DevboxError)) throw error;
        return { view: together(views), error };
      }
    }
    return { view: together(views) };
  },
});

/** What a user named; null where no box is listed: a launch whose answer was lost, or a project that is not saved yet. */
interface Named {
  readonly identifier: string;
  readonly found: FoundBox | null;
}

async function findOrLost(identifier: string, deps: CommandDeps): Promise<FoundBox | null> {
  try {
    return await findBox(identifier, deps, { caseMatters: true });
  } catch (error) {
    if (!(error instanceof DevboxError)) throw error;
    if (error.code === 'lease/unsettled' || (await isUnfinished(identifier, error, deps))) return null;
    throw error;
  }
}

/** Several views as one; one alone stays as it is. */
function together(views: readonly View[]): View {
  const [first] = views;
  if (views.length === 1 && first) return first;
  return {
    cards: views.flatMap(({ cards }) => cards),
    footer: views.flatMap(({ footer }) => footer ?? []),
    json: views.map(({ json }) => json),
    quiet: views.flatMap(({ quiet }) => quiet),
  };
}
