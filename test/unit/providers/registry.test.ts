import { PassThrough } from 'node:stream';
import { expect, it } from '@jest/globals';
import { systemClock } from '../../../src/base/clock.ts';
import type { Context } from '../../../src/base/context.ts';
import { type ProviderName, providerNames } from '../../../src/leases/provider-name.ts';
import { declaredFacets, facetNames, openProvider } from '../../../src/providers/registry.ts';
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
  local: { provider: 'local', timeout: 1, idle_timeout: 1 },
} as const;

it.each(providerNames)('%s has exactly the facets that it declares', async (name: ProviderName) => {
  const tree = makeTree({});
  const output = { stream: new PassThrough(), isTTY: false, columns: 80 };
  const at = (folder: string): string => `${tree.path}/${folder}`;
  const context: Context = {
    stdin: { stream: new PassThrough(), isTTY: false },
    stdout: output,
    stderr: output,
    env: {},
    cwd: tree.path,
    paths: {
      home: tree.path,
      config: at('config'),
      state: at('state'),
      data: at('data'),
      runtime: at('run'),
      package: at('package'),
    },
    clock: systemClock,
    random: () => 0.5,
    signal: new AbortController().signal,
    unanswered: new Set(),
    user: { name: 'ada', host: 'here' },
    version: '0.0.0',
  };
  const provider = await openProvider(settings[name], context, { emit: () => undefined });
  expect(provider.name).toBe(name);
  expect(facetNames.filter((facet) => provider[facet] !== undefined)).toEqual(declaredFacets[name]);
  tree.remove();
});
