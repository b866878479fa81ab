import { expect, it } from '@jest/globals';
import { type ProviderName, providerNames } from '../../../src/leases/provider-name.ts';
import { declaredFacets, facetNames, openProvider } from '../../../src/providers/registry.ts';
import { testContext } from '../../support/test-context.ts';
import { makeTree } from '../../support/tree.ts';

const settings = {
  lambda: {
    provider: 'lambda',
    base_url: 'https://cloud.lambda.ai/api/v1',
    api_key: 'a-key-for-nothing',
    timeout: 1,
    request_interval: 0,
    launch_interval: 0,
  },
  gpulab: {
    provider: 'gpulab',
    base_url: 'https://gpulab.ai/api',
    api_key: 'a-key-for-nothing',
    timeout: 1,
    insecure: false,
  },
  local: { provider: 'local', engine: 'process', timeout: 1, idle_timeout: 1 },
} as const;

it.each(providerNames)('%s has exactly the facets that it declares', async (name: ProviderName) => {
  const tree = makeTree({});
  const provider = await openProvider(settings[name], testContext(tree.path), { emit: () => undefined });
  expect(provider.name).toBe(name);
  expect(facetNames.filter((facet) => provider[facet] !== undefined)).toEqual(declaredFacets[name]);
  tree.remove();
});
