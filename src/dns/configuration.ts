import { DevboxError } from '../base/errors.ts';
import { clip } from '../base/text.ts';
import { type DnsProviderName, dnsProviders } from './entry.ts';
import { plainName } from './label.ts';

/** Names of the parameters below the prefix of the deployment. */
export const dnsParameters = {
  provider: 'dns/provider',
  zone: 'dns/zone',
  cloudflareToken: 'secrets/cloudflare/apiToken',
} as const;

/** Reads a parameter by its whole name; null where there is none. @throws where that cannot be found out. */
export type ReadParameter = (name: string) => Promise<string | null>;

/** Where names go, as the parameters say. */
export type DnsConfiguration =
  | { readonly kind: 'off' }
  | { readonly kind: 'misconfigured'; readonly error: DevboxError }
  | { readonly kind: 'on'; readonly provider: DnsProviderName; readonly zone: string };

/**
 * Reads provider and zone. The token of Cloudflare is read where it is needed: who may set no names may not read it.
 * @param prefix such as `/devbox`.
 * @throws what `read` throws.
 */
export async function readDnsConfiguration(read: ReadParameter, prefix: string): Promise<DnsConfiguration> {
  const providerParameter = `${prefix}/${dnsParameters.provider}`;
  const written = ((await read(providerParameter)) ?? '').trim().toLowerCase();
  if (written === '' || written === 'none') return { kind: 'off' };
  const provider = dnsProviders.find((each) => each === written);
  if (provider === undefined)
    return { kind: 'misconfigured', error: unknownProvider(providerParameter, written) };
  const zoneParameter = `${prefix}/${dnsParameters.zone}`;
  const zone = plainName((await read(zoneParameter)) ?? '');
  if (zone === '') return { kind: 'misconfigured', error: noZone(zoneParameter, provider) };
  return { kind: 'on', provider, zone };
}

/** The token of Cloudflare, or why there is none. */
export async function readCloudflareToken(
  read: ReadParameter,
  prefix: string,
): Promise<{ readonly token: string } | { readonly error: DevboxError }> {
  const name = `${prefix}/${dnsParameters.cloudflareToken}`;
  const token = ((await read(name)) ?? '').trim();
  return token === '' ? { error: noToken(name) } : { token };
}

/** An error of the configuration: it stays until somebody changes something. */
export function dnsMisconfigured(
  code: string,
  message: string,
  details: readonly { readonly label: string; readonly value: string }[],
  hint: string,
): DevboxError {
  return new DevboxError('usage', message, {
    title: 'DNS Configuration Error',
    code: `dns/${code}`,
    details,
    hint: `${hint} To launch without a name: dns=false.`,
  });
}

function unknownProvider(parameter: string, written: string): DevboxError {
  return dnsMisconfigured(
    'provider-unknown',
    `${JSON.stringify(clip(written, 60))} is no DNS provider that devbox knows.`,
    [{ label: 'Parameter', value: parameter }],
    `Set the parameter to ${dnsProviders.join(', ')} or none: dns_provider of the module in infra/aws.`,
  );
}

function noZone(parameter: string, provider: DnsProviderName): DevboxError {
  return dnsMisconfigured(
    'zone-missing',
    `The DNS provider is ${provider}, but no zone is given.`,
    [{ label: 'Parameter', value: parameter }],
    'Set the parameter to the zone in which boxes get their names, such as example.com: dns_zone of the module in infra/aws.',
  );
}

function noToken(parameter: string): DevboxError {
  return dnsMisconfigured(
    'token-missing',
    'The DNS provider is cloudflare, but there is no token for it.',
    [{ label: 'Parameter', value: parameter }],
    'Store a Cloudflare API token that may read the zone and edit its DNS records: aws ssm put-parameter --type SecureString --name ' +
      `${parameter} --value ...`,
  );
}
