import type { Context } from '../base/context.ts';
import { providerNames } from '../leases/provider-name.ts';
import type { AwsApi } from './aws/schema.ts';
import type { GpulabApi } from './gpulab/schema.ts';
import type { LambdaApi } from './lambda/schema.ts';
import type { LocalApi } from './local/schema.ts';
import type { FacetName, Provider, ProviderDeps, ProviderName } from './provider.ts';

/** Every optional ability that a provider can have. */
export const facetNames = [
  'catalogue',
  'filesystems',
  'sshKeys',
  'firewall',
  'audit',
  'whoami',
  'keys',
  'server',
  'power',
  'rename',
  'restart',
  'redeploy',
  'volumes',
  'gpus',
  'templates',
  'credentials',
  'projects',
] as const satisfies readonly FacetName[];

/** What every server with GPULab's API has. */
const serverFacets: readonly FacetName[] = [
  'server',
  'power',
  'restart',
  'redeploy',
  'volumes',
  'gpus',
  'templates',
  'credentials',
];

/** The optional abilities that each provider declares, in the order of `facetNames`; a test holds them against the opened providers. */
export const declaredFacets: Readonly<Record<ProviderName, readonly FacetName[]>> = {
  lambda: ['catalogue', 'filesystems', 'sshKeys', 'firewall', 'audit', 'rename', 'restart'],
  aws: ['catalogue', 'sshKeys', 'power', 'restart', 'projects'],
  gpulab: ['sshKeys', 'whoami', 'keys', ...serverFacets],
  local: ['sshKeys', 'whoami', ...serverFacets],
};

/** Providers that have an ability. */
export function providersWith(facet: FacetName): ProviderName[] {
  return providerNames.filter((name) => declaredFacets[name].includes(facet));
}

/** Whether a text names a provider. */
export function isProviderName(name: unknown): name is ProviderName {
  return providerNames.some((known) => known === name);
}

/** Opens the provider that the configuration names; its code is loaded only now. */
export async function openProvider(
  api: LambdaApi | AwsApi | GpulabApi | LocalApi,
  context: Context,
  deps: ProviderDeps,
): Promise<Provider> {
  switch (api.provider) {
    case 'lambda':
      return (await import('./lambda/index.ts')).openLambda(api, context, deps);
    case 'aws':
      return (await import('./aws/index.ts')).openAws(api, context, deps);
    case 'gpulab':
      return (await import('./gpulab/open.ts')).openGpulab(api, context, deps);
    case 'local':
      return (await import('./local/index.ts')).openLocal(api, context, deps);
  }
}
