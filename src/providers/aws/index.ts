import type { Context } from '../../base/context.ts';
import type { Provider, ProviderDeps } from '../provider.ts';
import { openAccount } from './account.ts';
import { boxOf } from './box.ts';
import { catalogueOf } from './catalogue.ts';
import { getInstance, listInstances } from './instances.ts';
import { describeLaunch, launchBox, sshLaunch } from './launch.ts';
import { restartBox, startBox, stopBox, terminateBox } from './power.ts';
import type { AwsApi } from './schema.ts';
import { sshKeysOf } from './ssh-keys.ts';

/**
 * Opens AWS in one region. One request finds out whose account it is.
 * @throws DevboxError of kind `unauthorised` where there are no credentials that AWS accepts, `usage` without a region.
 */
export async function openAws(api: AwsApi, context: Context, deps: ProviderDeps): Promise<Provider> {
  const account = await openAccount(api, context, deps.emit);
  const { region } = account;
  const box = (instance: Parameters<typeof boxOf>[0]) =>
    boxOf(instance, region, { now: context.clock.now() });
  return {
    name: 'aws',
    account: account.fingerprint,
    apiSettings: {
      region,
      ...(api.profile ? { profile: api.profile } : {}),
      ...(api.endpoint ? { endpoint: api.endpoint } : {}),
    },
    // RunInstances has a bucket of tokens that is filled again; the library waits where it is empty.
    launchIntervalSeconds: 1,
    surfacingMinutes: api.appear_within / 60,
    describeLaunch: (settings) => describeLaunch(settings, region),
    sshLaunch,
    list: async () => (await listInstances(account)).map(box),
    async get(id) {
      const instance = await getInstance(account, id);
      return instance === null ? null : box(instance);
    },
    launch: (request) =>
      launchBox(account, request, { cwd: context.cwd, home: context.paths.home }, (refusal) =>
        deps.emit({
          type: 'notice',
          level: 'info',
          message: `No ${refusal.type} in ${refusal.place}: ${refusal.message}`,
        }),
      ),
    terminate: (one) => terminateBox(account, one),
    power: { stop: (one) => stopBox(account, one), start: (one) => startBox(account, one) },
    restart: { restart: (one) => restartBox(account, one) },
    catalogue: catalogueOf(account),
    sshKeys: sshKeysOf(account),
  };
}
