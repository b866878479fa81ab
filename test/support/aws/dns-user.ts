import { connectAws } from '../../../src/base/aws/connection.ts';
import { openDns } from '../../../src/dns/open.ts';
import type { DnsPort } from '../../../src/dns/port.ts';
import { testKeys, type World } from './strict/index.ts';

/** Names of boxes as a process of devbox opens them in this account. */
export async function openDnsIn(
  world: World,
  {
    accessKey = testKeys.accessKeyId,
    cloudflareUrl = null,
  }: { readonly accessKey?: string; readonly cloudflareUrl?: string | null } = {},
): Promise<DnsPort> {
  const plain = await connectAws(
    { region: world.region, profile: null, endpoint: world.url, timeoutSeconds: 10, attempts: 1 },
    {},
  );
  const credentials = async () => ({ accessKeyId: accessKey, secretAccessKey: testKeys.secretAccessKey });
  return openDns({
    connection: { ...plain, settings: { ...plain.settings, credentials } },
    dynamo: world.clients(accessKey).dynamo,
    mainTable: world.deployment.mainTable,
    parameterPrefix: `/${world.deployment.prefix}`,
    cloudflareUrl,
  });
}
