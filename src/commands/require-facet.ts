import { DevboxError } from '../base/errors.ts';
import type { FacetName, Facets, Provider } from '../providers/provider.ts';
import { providersWith } from '../providers/registry.ts';

const meanings: Readonly<Record<FacetName, string>> = {
  catalogue: 'a catalogue of types and images',
  filesystems: 'filesystems of their own',
  sshKeys: 'registered SSH keys',
  firewall: 'firewall rulesets',
  audit: 'a record of what was done in the account',
  whoami: 'a way to tell whose account it is',
  keys: 'API keys that devbox stores',
  server: 'a server that runs commands in boxes',
  power: 'stop and start',
  rename: 'a way to change their names',
  restart: 'a restart',
  redeploy: 'a way to deploy a box again',
  volumes: 'volumes',
  gpus: 'GPUs to choose from',
  templates: 'templates',
  credentials: 'credentials of registries',
  projects: 'projects whose whole disk survives',
};

/**
 * An optional ability of a provider.
 * @throws DevboxError of kind `usage` that names the providers that have it.
 */
export function requireFacet<F extends FacetName>(provider: Provider, facet: F): NonNullable<Facets[F]> {
  const ability: Facets[F] = provider[facet];
  if (ability) return ability;
  const having = providersWith(facet);
  throw new DevboxError(
    'usage',
    `boxes of api=${provider.name} have no ${meanings[facet].replace(/^a /, '')}`,
    {
      code: 'provider/facet-missing',
      hint: `${having.map((name) => `api=${name}`).join(', ')} ${having.length === 1 ? 'has' : 'have'} ${meanings[facet]}.`,
    },
  );
}
