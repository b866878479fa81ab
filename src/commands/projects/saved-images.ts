import { DevboxError } from '../../base/errors.ts';
import { projectName } from '../../lifecycle/names.ts';
import type { Provider } from '../../providers/provider.ts';
import type { View } from '../../ui/view.ts';
import { requireFacet } from '../require-facet.ts';
import { savesView } from './view.ts';

/** The saved images of a project: `devbox images project=NAME`. */
export async function savedImages(project: string, provider: Provider): Promise<View> {
  return savesView(await requireFacet(provider, 'projects').get(projectName(project)));
}

/** That only images can be those of a project. */
export function onlyImages(resource: string): DevboxError {
  return new DevboxError('usage', `project counts for images, and ${resource} are listed`, {
    code: 'list/project',
    title: 'Usage Error',
    hint: 'devbox images project=NAME api=aws, or devbox status NAME',
  });
}
