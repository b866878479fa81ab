import { PassThrough } from 'node:stream';
import { type Clock, systemClock } from '../../../src/base/clock.ts';
import type { Context } from '../../../src/base/context.ts';
import { DevboxError } from '../../../src/base/errors.ts';
import { openLambda } from '../../../src/providers/lambda/index.ts';
import type { LambdaApi } from '../../../src/providers/lambda/schema.ts';
import type { LaunchRequest, Provider } from '../../../src/providers/provider.ts';
import type { DevboxEvent } from '../../../src/ui/events.ts';
import { fakeKey } from '../../support/fake-lambda/index.ts';

export interface Opened {
  readonly provider: Provider;
  readonly events: DevboxEvent[];
}

export interface World {
  readonly clock?: Clock;
  readonly signal?: AbortSignal;
  readonly cwd?: string;
}

/** Opens the provider without any pace, unless the settings say otherwise. */
export async function open(api: Partial<LambdaApi>, world: World = {}): Promise<Opened> {
  const events: DevboxEvent[] = [];
  const settings: LambdaApi = {
    provider: 'lambda',
    base_url: 'https://cloud.lambda.ai/api/v1',
    api_key: fakeKey,
    timeout: 5,
    request_interval: 0,
    launch_interval: 0,
    ...api,
  };
  const provider = await openLambda(settings, contextOf(world), { emit: (event) => events.push(event) });
  return { provider, events };
}

/** A launch as `up` asks for it, with all keys of `up` that Lambda Cloud reads. */
export function launchRequest(
  settings: Readonly<Record<string, unknown>> = {},
  request: Partial<LaunchRequest> = {},
): LaunchRequest {
  return {
    name: 'gh200-devbox',
    lease: 'dbx_000000000000',
    marks: { 'devbox-lease': 'dbx_000000000000' },
    tags: {},
    env: {},
    settings: {
      region: 'us-east-3',
      instance_type: 'gpu_1x_gh200',
      ssh_key_name: 'default',
      filesystem_name: null,
      image_id: null,
      username: 'ubuntu',
      cloud_init: { enabled: false, file: null },
      max_retries: 20,
      ...settings,
    },
    ...request,
  };
}

/** The DevboxError that a promise ends with. */
export async function errorOf(promise: Promise<unknown>): Promise<DevboxError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof DevboxError) return error;
    throw error;
  }
  throw new Error('it should have failed');
}

function contextOf({
  clock = systemClock,
  signal = new AbortController().signal,
  cwd = '/',
}: World): Context {
  const output = { stream: new PassThrough(), isTTY: false, columns: 80 };
  const folder = '/nonexistent';
  return {
    stdin: { stream: new PassThrough(), isTTY: false },
    stdout: output,
    stderr: output,
    env: {},
    cwd,
    paths: { home: folder, config: folder, state: folder, data: folder, runtime: folder, package: folder },
    clock,
    random: () => 0.5,
    signal,
    unanswered: new Set(),
    user: { name: 'ada', host: 'engine' },
    version: '0.0.0-test',
  };
}
