import { DevboxError } from '../../base/errors.ts';
import type { Reconciled } from '../../providers/facets/projects.ts';
import type { Card } from '../../ui/card.ts';
import type { CommandDeps } from '../command.ts';
import { requireFacet } from '../require-facet.ts';

/** What was done for projects that something was left unfinished of. */
export interface ReconciledProjects {
  readonly cards: readonly Card[];
  readonly json: readonly unknown[];
  readonly error?: DevboxError;
}

/** Finishes what can be finished of every project without waiting, and says what that was. */
export async function reconcileProjects(deps: CommandDeps): Promise<ReconciledProjects> {
  const all = await requireFacet(await deps.provider(), 'projects').reconcile();
  const told = all.filter(({ done, waitsFor, problems }) => done.length + problems.length > 0 || waitsFor);
  const [failed] = told.filter(({ problems }) => problems.length > 0);
  return {
    cards: told.map(cardOf),
    json: all.map(({ name, status, done, waitsFor, problems }) => ({
      name,
      status,
      done,
      waits_for: waitsFor,
      problems,
    })),
    ...(failed ? { error: unfinished(failed) } : {}),
  };
}

function cardOf({ name, status, done, waitsFor, problems }: Reconciled): Card {
  return {
    title: name,
    mood: problems.length > 0 ? 'warning' : 'normal',
    rows: [
      { label: 'Status', value: status },
      ...done.map((value, index) => ({ label: index === 0 ? 'Done' : '', value })),
      ...(waitsFor === null ? [] : [{ label: 'Waits for', value: waitsFor }]),
      ...problems.map((value) => ({ label: 'Problem', value })),
    ],
  };
}

function unfinished({ name, problems }: Reconciled): DevboxError {
  return new DevboxError('failed', `${name}: ${problems[0]}`, {
    code: 'reconcile/project',
    details: [{ label: 'Project', value: name }],
    hint: 'Nothing that was saved is lost. Try again: devbox reconcile api=aws',
  });
}
