import { once } from 'node:events';
import { createServer } from 'node:http';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
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
  aws: {
    provider: 'aws',
    region: 'us-east-1',
    profile: null,
    timeout: 1,
    param_prefix: '',
    keep_images: 2,
    poll_interval: 1,
    appear_within: 0,
  },
  local: { provider: 'local', engine: 'process', timeout: 1, idle_timeout: 1 },
} as const;

/** Tells whose account it is: AWS alone is asked that when it is opened. */
const sts = (() => {
  const answer =
    '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>' +
    '<Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>';
  const server = createServer((_request, response) => response.end(answer)).listen(0, '127.0.0.1');
  const address = once(server, 'listening').then(() => `http://127.0.0.1:${Object(server.address()).port}`);
  return { address, close: () => server.close() };
})();
beforeAll(() => {
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'AKIANONE', AWS_SECRET_ACCESS_KEY: 'none' });
});
afterAll(() => {
  sts.close();
  delete process.env['AWS_ACCESS_KEY_ID'];
  delete process.env['AWS_SECRET_ACCESS_KEY'];
});

it.each(providerNames)('%s has exactly the facets that it declares', async (name: ProviderName) => {
  const tree = makeTree({});
  const endpoint = await sts.address;
  const api = name === 'aws' ? { ...settings.aws, endpoint } : settings[name];
  const provider = await openProvider(api, testContext(tree.path), { emit: () => undefined });
  expect(provider.name).toBe(name);
  expect(facetNames.filter((facet) => provider[facet] !== undefined)).toEqual(declaredFacets[name]);
  tree.remove();
});
