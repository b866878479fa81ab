import type { Context } from '../../base/context.ts';
import { tagKeys } from '../../lifecycle/marks.ts';
import { deploymentOf, parameterPrefix } from '../../lifecycle/names.ts';
import type { Box, Provider, ProviderDeps } from '../provider.ts';
import { openAccount } from './account.ts';
import { boxOf } from './box.ts';
import { catalogueOf } from './catalogue.ts';
import { getInstance, listInstances } from './instances.ts';
import { describeLaunch, launchBox, launchSettings, sshLaunch } from './launch.ts';
import { projectTag } from './marks.ts';
import { restartBox, startBox, stopBox, terminateBox } from './power.ts';
import type { ProjectDeployment } from './projects/deployment.ts';
import type { Refusal } from './run-instance.ts';
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
  // Loaded with what they need of AWS' library where a project is at hand.
  const projects = () => import('./projects/index.ts');
  let opened: Promise<ProjectDeployment> | undefined;
  const deployment = () => {
    opened ??= import('./projects/deployment.ts').then(({ openDeployment }) =>
      openDeployment(account, context, deps.emit),
    );
    return opened;
  };
  const told = ({ type, place, message }: Refusal): void =>
    deps.emit({ type: 'notice', level: 'info', message: `No ${type} in ${place}: ${message}` });
  // Two deployments in one account leave each other's projects alone.
  const own = deploymentOf(api.param_prefix ?? '');
  const isOfDeployment = ({ tags }: Box): boolean =>
    tags[projectTag] === undefined || (tags[tagKeys.deployment] ?? own) === own;
  let isWarned = false;
  const warn = (name: string): void => {
    if (isWarned) return;
    isWarned = true;
    const message = `The disk of ${name} goes with it: nothing of an ordinary box survives`;
    deps.emit({ type: 'notice', level: 'info', message, hint: 'project=NAME keeps a whole disk' });
  };
  const later = async () => (await projects()).projectsOf(deployment);
  return {
    name: 'aws',
    account: account.fingerprint,
    apiSettings: {
      region,
      ...(api.profile ? { profile: api.profile } : {}),
      ...(api.endpoint ? { endpoint: api.endpoint } : {}),
      ...(api.param_prefix ? { param_prefix: parameterPrefix(api.param_prefix) } : {}),
    },
    // RunInstances has a bucket of tokens that is filled again; the library waits where it is empty.
    launchIntervalSeconds: 1,
    surfacingMinutes: api.appear_within / 60,
    marksAreSure: true,
    describeLaunch: (settings) => describeLaunch(settings, region),
    sshLaunch,
    list: async () => (await listInstances(account)).map(box).filter(isOfDeployment),
    async get(id) {
      const instance = await getInstance(account, id);
      return instance === null ? null : box(instance);
    },
    async launch(request) {
      if (launchSettings(request.settings).project !== null) {
        return (await projects()).launchProject(await deployment(), request, told);
      }
      warn(request.name);
      return launchBox(account, request, { cwd: context.cwd, home: context.paths.home }, told);
    },
    async terminate(one, options) {
      if (one.tags[projectTag] === undefined) return terminateBox(account, one);
      return (await projects()).endProjectBox(await deployment(), one, options);
    },
    power: {
      async stop(one) {
        const stop = (it: Box) => stopBox(account, it);
        if (one.tags[projectTag] === undefined) return stop(one);
        return (await projects()).stopProjectBox(await deployment(), one, stop);
      },
      async start(one) {
        const start = (it: Box) => startBox(account, it);
        if (one.tags[projectTag] === undefined) return start(one);
        const started = await (await projects()).startProjectBox(await deployment(), one, start);
        const instance = await getInstance(account, one.id);
        return instance === null ? started : box(instance);
      },
    },
    restart: { restart: (one) => restartBox(account, one) },
    catalogue: catalogueOf(account),
    sshKeys: sshKeysOf(account),
    projects: {
      overview: async (only) => (await later()).overview(only),
      get: async (name) => (await later()).get(name),
      create: async (...all) => (await later()).create(...all),
      plan: async (settings) => (await later()).plan(settings),
      arrive: async (...all) => (await later()).arrive(...all),
      end: async (...all) => (await later()).end(...all),
      snapshot: async (name) => (await later()).snapshot(name),
      restore: async (...all) => (await later()).restore(...all),
      resize: async (...all) => (await later()).resize(...all),
      remove: async (...all) => (await later()).remove(...all),
      reconcile: async () => (await later()).reconcile(),
    },
  };
}
