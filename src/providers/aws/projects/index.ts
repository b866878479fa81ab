import { projectName } from '../../../lifecycle/names.ts';
import { removeProject } from '../../../lifecycle/remove.ts';
import type { ProjectsFacet } from '../../facets/projects.ts';
import { arrive } from './arrive.ts';
import { createProject, resizeProject, restoreProject } from './change.ts';
import type { ProjectDeployment } from './deployment.ts';
import { endProject, endProjectBox, savedImage, snapshotProject } from './end.ts';
import { launchProject } from './launch.ts';
import { infoOf, overviewOf } from './overview.ts';
import { planLaunch } from './plan.ts';
import { startProjectBox, stopProjectBox } from './power.ts';
import { reconcileProjects } from './reconcile.ts';

export { endProjectBox, launchProject, startProjectBox, stopProjectBox };

/** @param open reads what the deployment consists of, once. */
export function projectsOf(open: () => Promise<ProjectDeployment>): ProjectsFacet {
  return {
    overview: async (only) => overviewOf(await open(), only),
    get: async (name) => infoOf(await open(), name),
    async create(name, image, settings) {
      const deployment = await open();
      await createProject(deployment, name, image, settings);
      return infoOf(deployment, name);
    },
    plan: async (settings) => planLaunch(await open(), settings),
    arrive: async (name, timeoutSeconds) => arrive(await open(), name, timeoutSeconds),
    snapshot: async (name) => snapshotProject(await open(), name),
    async restore(name, which) {
      const deployment = await open();
      await restoreProject(deployment, name, which);
      return infoOf(deployment, name);
    },
    resize: async (name, gib) => resizeProject(await open(), name, gib),
    async remove(name, { keepImages, evenFailed }) {
      const { acting } = await open();
      return { kept: await removeProject(acting, projectName(name), { keepImages, abandon: evenFailed }) };
    },
    async end(name, discard) {
      const save = await endProject(await open(), name, discard);
      return save && savedImage(save, true, 'available');
    },
    reconcile: async () => reconcileProjects(await open()),
  };
}
