import * as z from 'zod/mini';
import { DevboxError } from '../../base/errors.ts';
import type { Text } from '../../ui/card.ts';
import type { View } from '../../ui/view.ts';
import { alsoWrong, asDevboxError, distinct } from '../act-on-boxes.ts';
import { type CommandDeps, defineCommand } from '../command.ts';
import { type FoundBox, findBox, listedOnce } from '../find-box.ts';
import type { Outcome } from '../outcome.ts';
import { identifiersShape } from '../settings.ts';
import { confirmEnd } from './confirm.ts';
import { canEndTogether, endBox, endTogether } from './end-box.ts';
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
    const listed = listedOnce(deps);
    for (const identifier of instance_identifier) {
      named.push({ identifier, found: await findOrLost(identifier, deps, listed) });
    }
    for (const { identifier, found } of named) {
      if (found) await confirmEnd(found, { identifier, purge, discard, force }, deps);
    }
    const without = named.flatMap(({ identifier, found }) => (found ? [] : [identifier]));
    const projects = await projectsAmong(without, deps);
    const lost = without.filter((identifier) => !projects.includes(identifier));
    const boxes = distinct(named.flatMap(({ found }) => (found ? [found] : [])));
    const work = [
      ...(canEndTogether(boxes)
        ? [() => endTogether(boxes, ssh, deps)]
        : boxes.map((found) => () => endBox(found, { purge, discard }, ssh, deps))),
      ...projects.map((name) => () => endProject(name, discard, deps)),
      ...lost.map((identifier) => () => settleLostLaunch(identifier, ssh, deps)),
    ];
    const views: View[] = [];
    for (const next of work) {
      const results = [await next().catch(asDevboxError)].flat();
      views.push(...results.flatMap((result) => (result instanceof DevboxError ? [] : [result])));
      const [error, ...others] = results.flatMap((result) => (result instanceof DevboxError ? [result] : []));
      if (!error) continue;
      // What went wrong with one must not hide what was done to those before it.
      const whole = others.reduce(alsoWrong, error);
      if (views.length === 0) throw whole;
      return { view: together(views), error: whole };
    }
    return { view: together(views) };
  },
});

/** What a user named; null where no box is listed: a launch whose answer was lost, or a project that is not saved yet. */
interface Named {
  readonly identifier: string;
  readonly found: FoundBox | null;
}

async function findOrLost(
  identifier: string,
  deps: CommandDeps,
  listed: ReturnType<typeof listedOnce>,
): Promise<FoundBox | null> {
  try {
    return await findBox(identifier, deps, { caseMatters: true, listed });
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
    footer: distinctLines(views.flatMap(({ footer }) => footer ?? [])),
    json: views.map(({ json }) => json),
    quiet: views.flatMap(({ quiet }) => quiet),
  };
}

/** Each line once: what holds for several boxes is said once. */
const distinctLines = (lines: readonly Text[]): Text[] => [
  ...new Map(lines.map((line) => [JSON.stringify(line), line])).values(),
];
