import { SSMClient } from '@aws-sdk/client-ssm';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { AwsConnection } from '../base/aws/connection.ts';
import { readParameter } from '../base/aws/parameter.ts';
import { boxNames } from './box-names.ts';
import { type ReadParameter, readCloudflareToken, readDnsConfiguration } from './configuration.ts';
import type { DnsProviderName } from './entry.ts';
import type { DnsPort } from './port.ts';
import { dnsRows } from './rows.ts';
import type { OpenedZone } from './zone.ts';

export interface DnsSettings {
  readonly connection: AwsConnection;
  readonly dynamo: DynamoDBDocumentClient;
  /** The name of the main table. */
  readonly mainTable: string;
  /** Beginning of the names of the parameters: `/devbox`. */
  readonly parameterPrefix: string;
  /** Another address of Cloudflare's API, such as of a stand-in; null is Cloudflare's own. */
  readonly cloudflareUrl: string | null;
}

/** Names of boxes as the deployment says. Makes no request yet; the provider's library is loaded when it is needed. */
export function openDns(settings: DnsSettings): DnsPort {
  const read = parameterReader(settings.connection);
  return boxNames({
    configuration: () => readDnsConfiguration(read, settings.parameterPrefix),
    open: (provider, zone) => openZone(settings, read, provider, zone),
    rows: dnsRows(settings.dynamo, settings.mainTable),
  });
}

function parameterReader({ settings }: AwsConnection): ReadParameter {
  const client = new SSMClient(settings);
  return (name) => readParameter(client, name);
}

async function openZone(
  { connection, parameterPrefix, cloudflareUrl }: DnsSettings,
  read: ReadParameter,
  provider: DnsProviderName,
  zone: string,
): Promise<OpenedZone> {
  if (provider === 'route53') {
    const [{ Route53Client }, { openRoute53 }] = await Promise.all([
      import('@aws-sdk/client-route-53'),
      import('./route53.ts'),
    ]);
    return openRoute53(new Route53Client(connection.settings), zone);
  }
  const answer = await readCloudflareToken(read, parameterPrefix);
  if ('error' in answer) return { kind: 'misconfigured', error: answer.error };
  const { openCloudflare } = await import('./cloudflare.ts');
  return openCloudflare({ token: answer.token, baseUrl: cloudflareUrl }, zone);
}
