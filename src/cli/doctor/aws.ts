import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Context } from '../../base/context.ts';
import type { PlainObject } from '../../compose/index.ts';
import type { AwsApi } from '../../providers/aws/schema.ts';
import type { Provider, ProviderDeps } from '../../providers/provider.ts';
import { openProvider } from '../../providers/registry.ts';
import { type Finding, ok, problem, tried } from './finding.ts';

/** Whether there is something that the AWS CLI would take for credentials. */
export function hasAwsCredentials({ env, paths }: Pick<Context, 'env' | 'paths'>): boolean {
  const isNamed = ['AWS_ACCESS_KEY_ID', 'AWS_PROFILE', 'AWS_WEB_IDENTITY_TOKEN_FILE'].some(
    (name) => env[name],
  );
  return isNamed || ['credentials', 'config'].some((file) => existsSync(join(paths.home, '.aws', file)));
}

/** Looks whether AWS accepts the credentials, and whether the account is set up for what an `up` would ask for. */
export async function checkAws(
  api: AwsApi,
  config: PlainObject,
  context: Context,
  deps: ProviderDeps,
): Promise<Finding[]> {
  let provider: Provider | undefined;
  const connection = await tried('connection', 'Connection', async () => {
    provider = await openProvider(api, context, deps);
    return ok(
      'connection',
      'Connection',
      `works in ${provider.apiSettings?.['region']}, and the credentials are accepted`,
    );
  });
  if (provider === undefined) return connection;
  const key = config['ssh_key_name'];
  return [
    ...connection,
    ...(typeof key === 'string' && key !== '???' ? await keyFinding(provider, key) : []),
  ];
}

function keyFinding({ sshKeys }: Provider, key: string): Promise<Finding[]> {
  return tried('ssh_key', 'SSH Key', async () => {
    const names = ((await sshKeys?.list()) ?? []).map(({ name }) => name);
    if (names.includes(key)) return ok('ssh_key', 'SSH Key', key);
    return problem(
      'ssh_key',
      'SSH Key',
      `${key}: there is no such key pair`,
      'devbox ssh-keys api=aws shows them',
    );
  });
}
