import { reconcile, scheduledAttempts } from '../../../lifecycle/reconcile.ts';
import type { Reconciled } from '../../facets/projects.ts';
import { type ProjectDeployment, tableMeans } from './deployment.ts';
import { statusOf } from './states.ts';

/** Brings every project as far as it comes without waiting. One that cannot be helped does not keep the others from it. */
export async function reconcileProjects({ account, acting }: ProjectDeployment): Promise<Reconciled[]> {
  const { projects } = await account.read({ doing: 'Could not list the projects', means: tableMeans }, () =>
    // A user who asks for it wants a failed save to be tried once more than the schedule does.
    reconcile(acting, { attempts: scheduledAttempts + 1, longest: 0 }),
  );
  return projects.map(({ name, project, did, waitsFor, problems }) => ({
    name,
    status: project === null ? (problems.length > 0 ? 'unknown' : 'deleted') : statusOf(project),
    done: did,
    waitsFor,
    problems: problems.map(({ message }) => message),
  }));
}
