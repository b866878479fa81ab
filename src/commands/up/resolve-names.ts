import { DevboxError } from '../../base/errors.ts';
import type { Filesystem } from '../../providers/facets/filesystems.ts';
import type { Provider } from '../../providers/provider.ts';
import type { RawConfig } from '../command.ts';
import { findFilesystem } from '../filesystems/find-filesystem.ts';
import { findResource } from '../find-resource.ts';
import { rulesetKind } from '../firewall/find-ruleset.ts';

const template = { noun: 'template', key: 'template', list: 'devbox templates', namePrefix: true } as const;
const volume = { noun: 'volume', key: 'volume', list: 'devbox volumes' } as const;

type Facets = Pick<Provider, 'templates' | 'volumes' | 'filesystems' | 'firewall'>;

/**
 * The settings of a launch with the ids of what they name: a server takes the first thing that fits a name, or none,
 * where several do, and knows some things by their ids alone.
 * @throws DevboxError `not-found` where there is no such thing, `usage` where there are several, or it is elsewhere.
 */
export async function resolveNames(settings: RawConfig, provider: Facets): Promise<RawConfig> {
  const ids: Record<string, unknown> = {};
  if (typeof settings['template'] === 'string' && provider.templates) {
    const all = await provider.templates.list();
    ids['template'] = findResource(settings['template'], all, template).item.id;
  }
  if (typeof settings['volume'] === 'string' && provider.volumes) {
    ids['volume'] = findResource(settings['volume'], await provider.volumes.list(), volume).item.id;
  }
  const mounts = Object.entries(Object(settings['filesystem_mounts']));
  if (mounts.length > 0 && provider.filesystems) {
    ids['filesystem_mounts'] = mountsById(mounts, await provider.filesystems.list(), settings);
  }
  const rulesets = [settings['firewall_rulesets'] ?? []].flat().map(String);
  if (rulesets.length > 0 && provider.firewall) {
    const all = await provider.firewall.rulesets();
    const found = rulesets.map((each) =>
      inRegion(findResource(each, all, rulesetKind).item, settings, 'ruleset'),
    );
    ids['firewall_rulesets'] = [...new Set(found.map(({ id }) => id))];
  }
  return { ...settings, ...ids };
}

function mountsById(
  mounts: readonly (readonly [string, unknown])[],
  all: readonly Filesystem[],
  settings: RawConfig,
): Record<string, string> {
  const places = new Map<string, string>();
  for (const [name, place] of mounts) {
    const filesystem = inRegion(findFilesystem(name, all).item, settings, 'filesystem');
    if (filesystem.name === settings['filesystem_name']) throw mountedTwice(filesystem);
    places.set(filesystem.id, typeof place === 'string' ? place : filesystem.mountPoint);
  }
  return Object.fromEntries(places);
}

/** Something of a region can only be used there, and nothing is launched where it cannot be. */
function inRegion<T extends { readonly name: string; readonly region: string }>(
  thing: T,
  { region }: RawConfig,
  noun: string,
): T {
  if (thing.region === region) return thing;
  throw new DevboxError(
    'usage',
    `the ${noun} ${thing.name} is in ${thing.region}, and the box in ${region}`,
    {
      code: 'up/region',
      title: 'Configuration Error',
      hint: `Launch there: region=${thing.region}`,
    },
  );
}

/** The home and the Nix store are looked for where it is mounted by itself. */
function mountedTwice({ name, mountPoint }: Filesystem): DevboxError {
  return new DevboxError('usage', `the filesystem ${name} is to be mounted twice`, {
    code: 'up/mounted-twice',
    title: 'Configuration Error',
    details: [{ label: 'filesystem_name', value: `mounts it at ${mountPoint}` }],
    hint: `Leave one out: filesystem_name=null, or '~filesystem_mounts.${name}'`,
  });
}
