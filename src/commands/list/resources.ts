import type { Provider } from '../../providers/provider.ts';
import type { View } from '../../ui/view.ts';
import { requireFacet } from '../require-facet.ts';
import { filesystemsView } from './filesystems-view.ts';
import { imagesView } from './images-view.ts';
import { regionsView } from './regions-view.ts';
import type { Resource } from './resource-names.ts';
import { rulesetsView } from './rulesets-view.ts';
import { sshKeysView } from './ssh-keys-view.ts';
import { typesView } from './types-view.ts';

/**
 * Lists one kind of resource. `availableOnly` hides what could not be launched now: types without capacity, and
 * images of regions where no type has any. What one owns is never hidden.
 */
export async function listResource(
  resource: Exclude<Resource, 'instances'>,
  availableOnly: boolean,
  provider: Provider,
): Promise<View> {
  switch (resource) {
    case 'instance_types':
      return typesView(await requireFacet(provider, 'catalogue').types(), availableOnly);
    case 'images': {
      const catalogue = requireFacet(provider, 'catalogue');
      const images = await catalogue.images();
      return imagesView(images, availableOnly ? await catalogue.types() : null);
    }
    case 'regions':
      return regionsView(await requireFacet(provider, 'catalogue').regions());
    case 'filesystems':
      return filesystemsView(await requireFacet(provider, 'filesystems').list());
    case 'ssh_keys':
      return sshKeysView(await requireFacet(provider, 'sshKeys').list());
    case 'firewall_rulesets':
      return rulesetsView(await requireFacet(provider, 'firewall').rulesets());
  }
}
