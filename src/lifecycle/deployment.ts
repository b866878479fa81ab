import { dnsParameters } from '../dns/configuration.ts';

/**
 * What a deployment (infra/aws) consists of, by the names that both sides use: the module makes these things, and the
 * code finds them. A test holds one against the other. Everything here is a promise to accounts that are set up already.
 */

/** Keys of `<prefix>-main`, one row for each project. */
export const mainTable = { suffix: '-main', partitionKey: 'project' } as const;

/** Keys of `<prefix>-meta`, one row for each volume that is being saved. */
export const metaTable = {
  suffix: '-meta',
  partitionKey: 'project',
  sortKey: 'volumeId',
  /** Finds the row of a snapshot; holds whole rows. */
  snapshotIndex: { name: 'SnapshotIndex', partitionKey: 'snapshotId' },
} as const;

/** SSM parameters, below the prefix: `/devbox/launchTemplateIds`. */
export const parameters = {
  /** A JSON list of launch templates, one for each zone. */
  launchTemplateIds: 'launchTemplateIds',
  /** The name of the main table. */
  mainTable: 'snapshotTable',
  /** The name of the meta table; absent in deployments of before, where it is the main table's with its other suffix. */
  metaTable: 'metaTable',
  dnsProvider: dnsParameters.provider,
  dnsZone: dnsParameters.zone,
  cloudflareToken: dnsParameters.cloudflareToken,
} as const;

/**
 * SSM parameters with keys of other providers, below the prefix, by the environment variable in which devbox finds such a
 * key elsewhere. Whoever wants the schedule to end boxes there puts them in.
 */
export const reaperParameters = {
  LAMBDA_API_KEY: 'secrets/lambda/apiKey',
  GPULAB_API_KEY: 'secrets/gpulab/apiKey',
  GPULAB_API_URL: 'secrets/gpulab/apiUrl',
} as const;

/** The name of the meta table of a deployment that does not publish it. */
export function metaTableBeside(mainTableName: string): string {
  const base = mainTableName.endsWith(mainTable.suffix)
    ? mainTableName.slice(0, -mainTable.suffix.length)
    : mainTableName;
  return `${base}${metaTable.suffix}`;
}

/** Environment variables of the deployed functions. */
export const functionEnv = {
  mainTable: 'MAIN_TABLE',
  metaTable: 'META_TABLE',
  /** `/devbox`. */
  parameterPrefix: 'PARAM_PREFIX',
  /** The tag `devbox:deployment` of what is this deployment's. */
  deployment: 'DEPLOYMENT',
  /** How many saves a project keeps. */
  keepImages: 'KEEP_IMAGES',
  /** The table of shared leases; absent where there is none. */
  leaseTable: 'LEASE_TABLE',
} as const;
