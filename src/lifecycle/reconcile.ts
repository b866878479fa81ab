import { DevboxError } from '../base/errors.ts';
import type { Acting } from './act/act.ts';
import { lineOf } from './act/words.ts';
import { type Drive, drive, toCard, withCards } from './drive.ts';
import { readOldRows, removeOldRows } from './look/old-rows.ts';
import type { ProjectName } from './names.ts';
import type { Project } from './project.ts';
import { saveRetried } from './transitions.ts';

/** What reconciling did for one project. */
export interface ProjectReport {
  readonly name: ProjectName;
  /** The status before; null where the project had gone by then. */
  readonly before: string | null;
  /** As it is now; null where it is gone. */
  readonly project: Project | null;
  /** What was done, a line each. */
  readonly did: readonly string[];
  /** What only time helps with; null where nothing is. */
  readonly waitsFor: string | null;
  /** What could not be done, a card each. */
  readonly problems: readonly DevboxError[];
}

export interface ReconcileReport {
  readonly projects: readonly ProjectReport[];
}

export interface ReconcileOptions {
  /** Only this project. */
  readonly only?: ProjectName;
  /** How often a failed save is tried in all without a user's word. */
  readonly attempts: number;
  /** How long to wait where only time helps, in milliseconds; 0 leaves that to the next time. */
  readonly longest: number;
}

/** How often the schedule tries a save that fails. */
export const scheduledAttempts = 6;

/**
 * Finishes whatever was begun for the projects of a deployment and not finished, whoever began it and whichever events were
 * lost: saves, launches that came to nothing, ends of boxes, deletions, names. Doing it again changes nothing.
 */
export async function reconcile(acting: Acting, options: ReconcileOptions): Promise<ReconcileReport> {
  const all = () => acting.store.list().then((projects) => projects.map(({ name }) => name));
  const names = options.only === undefined ? await withCards(null, all) : [options.only];
  const projects: ProjectReport[] = [];
  for (const name of names.sort()) projects.push(await reconcileProject(acting, name, options));
  return { projects };
}

/** The same for one project; a problem with it does not keep others from being looked after. */
async function reconcileProject(
  acting: Acting,
  name: ProjectName,
  { attempts, longest }: ReconcileOptions,
): Promise<ProjectReport> {
  let before: string | null = null;
  const did: string[] = [];
  try {
    const project = await acting.store.get(name);
    before = project?.status ?? null;
    if (project?.state.kind === 'failed' && project.state.saving.attempt < attempts) {
      const retried = await acting.store.change(project, saveRetried(project.state.saving));
      if (retried.done) did.push('The failed save is tried again');
    }
    const end = await drive(acting, name, { longest });
    did.push(...end.taken.map(lineOf));
    if (await dropOldRows(acting, end.project)) did.push('Rows of an earlier version of devbox removed');
    return { name, before, project: end.project, did, waitsFor: end.waitsFor, problems: problemsOf(end) };
  } catch (thrown) {
    const error = toCard(name, thrown);
    if (!(error instanceof DevboxError) || error.kind === 'interrupted') throw error;
    return { name, before, project: null, did, waitsFor: null, problems: [error] };
  }
}

function problemsOf({ problems }: Drive): DevboxError[] {
  return problems.flatMap(({ error }) => (error instanceof DevboxError ? [error] : []));
}

/** What the first deployments noted of volumes says nothing any more once the row itself is one of today. */
async function dropOldRows({ deps }: Acting, project: Project | null): Promise<boolean> {
  if (project === null || project.state.kind === 'legacy' || project.state.kind === 'unknown') return false;
  const rows = await readOldRows(deps, project.name);
  await removeOldRows(deps, project.name, rows);
  return rows.length > 0;
}
