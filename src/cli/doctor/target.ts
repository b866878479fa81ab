import * as z from 'zod/mini';
import type { Context } from '../../base/context.ts';
import type { ApiConfig } from '../../commands/settings.ts';
import type { ComposeError, Composition, PlainObject } from '../../compose/index.ts';
import { addressOf } from '../../providers/gpulab/address.ts';
import { findKey } from '../../providers/gpulab/key.ts';
import type { ProviderDeps } from '../../providers/provider.ts';
import { isProviderName, openProvider } from '../../providers/registry.ts';
import { providerSchemas } from '../../providers/schemas.ts';
import { checkAws, hasAwsCredentials } from './aws.ts';
import { errorFinding, type Finding, problem, type Section } from './finding.ts';
import { checkGpulab } from './gpulab.ts';
import { checkLambda, type LambdaWishes } from './lambda.ts';
import { checkLocal } from './local.ts';
import { readOnly } from './read-only.ts';

/** A provider as one option of the group `api` says it. */
export interface Target {
  readonly option: string;
  readonly composition: Composition;
}

/** Longest time for one request, in seconds: who asks what is wrong does not want to wait for it. */
const patience = 10;

const titles = { lambda: 'Lambda Cloud', aws: 'AWS', gpulab: 'GPULab', local: 'This Machine' } as const;

/** Looks at a provider. */
export async function checkTarget(target: Target, context: Context, deps: ProviderDeps): Promise<Section> {
  const read = readApi(target.composition);
  const name = `api=${target.option}`;
  if ('wrong' in read) return { name, title: name, findings: read.wrong };
  const api = { ...read.api, timeout: Math.min(read.api.timeout, patience) };
  const title = target.option === api.provider ? titles[api.provider] : `${titles[api.provider]} (${name})`;
  return { name, title, findings: await findingsOf(api, read.config, context, deps) };
}

async function findingsOf(
  api: ApiConfig,
  config: PlainObject,
  context: Context,
  deps: ProviderDeps,
): Promise<Finding[]> {
  if (api.provider === 'local') return checkLocal(api, context);
  if (api.provider === 'aws') return checkAws(api, config, context, deps);
  const { wrap, heard } = readOnly(context.clock);
  try {
    const provider = await openProvider(api, context, { ...deps, listen: wrap });
    return api.provider === 'lambda'
      ? await checkLambda(provider, wishesIn(config), heard)
      : await checkGpulab(provider, api, textAt(config, 'gpu_type'), heard);
  } catch (error) {
    return [errorFinding('key', 'Key', error)];
  }
}

/** Whether there is something with which a provider can be asked. */
export async function hasKey({ composition }: Target, context: Context): Promise<boolean> {
  const read = readApi(composition);
  if ('wrong' in read) return false;
  const { api } = read;
  switch (api.provider) {
    case 'lambda':
      return (api.api_key ?? '').trim() !== '';
    case 'gpulab': {
      const address = addressOf(api.base_url);
      // A key that is there and cannot be read is worth a look.
      return address.isLocal || (await findKey(api.api_key, address, context).catch(() => true)) !== null;
    }
    case 'aws':
      return hasAwsCredentials(context);
    case 'local':
      return true;
  }
}

type Read =
  | { readonly api: ApiConfig; readonly config: PlainObject }
  | { readonly wrong: readonly Finding[] };

function readApi(composition: Composition): Read {
  const excused: ComposeError[] = [];
  const config = composition.resolve((error) => excused.push(error));
  const { api = null } = config;
  const settings = typeof api === 'object' && api !== null && !Array.isArray(api) ? api : {};
  const { provider } = settings;
  const remedy = 'devbox config show shows what is set, and by what';
  if (!isProviderName(provider)) {
    return { wrong: [problem('settings', 'Settings', `api.provider is ${String(provider)}`, remedy)] };
  }
  const set = Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== '???'));
  const parsed = z.safeParse(providerSchemas[provider].api, set);
  if (parsed.success) return { api: parsed.data, config };
  const wrong = parsed.error.issues.map((issue, index) => {
    const why =
      excused.find((error) => error.message.includes(issue.path.join('.')))?.message ?? issue.message;
    return problem(`settings-${index + 1}`, 'Settings', `api.${issue.path.join('.')}: ${why}`, remedy);
  });
  return { wrong };
}

/** What an `up` with this configuration would ask Lambda Cloud for. */
function wishesIn(config: PlainObject): LambdaWishes {
  const mounts = config['filesystem_mounts'];
  const filesystem = textAt(config, 'filesystem_name');
  return {
    region: textAt(config, 'region'),
    type: textAt(config, 'instance_type'),
    imageId: textAt(config, 'image_id'),
    imageFamily: textAt(config, 'image_family'),
    sshKey: textAt(config, 'ssh_key_name'),
    filesystems: [
      ...(filesystem === null ? [] : [filesystem]),
      ...(typeof mounts === 'object' && mounts !== null && !Array.isArray(mounts) ? Object.keys(mounts) : []),
    ],
    rulesets: [config['firewall_rulesets']].flat().filter((name) => typeof name === 'string'),
  };
}

function textAt(config: PlainObject, key: string): string | null {
  const value = config[key];
  return typeof value === 'string' && value !== '???' ? value : null;
}
