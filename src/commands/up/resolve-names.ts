import type { Provider } from '../../providers/provider.ts';
import type { RawConfig } from '../command.ts';
import { findResource } from '../find-resource.ts';

const template = { noun: 'template', key: 'template', list: 'devbox templates', namePrefix: true } as const;
const volume = { noun: 'volume', key: 'volume', list: 'devbox volumes' } as const;

/**
 * The settings of a launch with the ids of the template and the volume that they name: a server takes the first thing
 * that fits a name, or none, where several do.
 * @throws DevboxError `not-found` where there is no such thing, `usage` where there are several.
 */
export async function resolveNames(
  settings: RawConfig,
  provider: Pick<Provider, 'templates' | 'volumes'>,
): Promise<RawConfig> {
  const ids: Record<string, string> = {};
  if (typeof settings['template'] === 'string' && provider.templates) {
    const all = await provider.templates.list();
    ids['template'] = findResource(settings['template'], all, template).item.id;
  }
  if (typeof settings['volume'] === 'string' && provider.volumes) {
    ids['volume'] = findResource(settings['volume'], await provider.volumes.list(), volume).item.id;
  }
  return { ...settings, ...ids };
}
