import type { Clock } from '../../base/clock.ts';
import { DevboxError } from '../../base/errors.ts';
import { leaseTag } from '../../leases/marks.ts';
import type { LaunchAnswer, LaunchRequest } from '../provider.ts';
import { ApiError, noCapacity } from './api-error.ts';
import { type Connection, has } from './connection.ts';
import { listContainers } from './containers.ts';
import { createKeys, type ServerLaunch } from './launch-settings.ts';
import { NoAnswer } from './no-answer.ts';
import { type ApiRequest, parseAnswer } from './request.ts';
import { resolveNames } from './resolve-names.ts';
import { createdSchema } from './wire.ts';

/** Waits before the looks for a container whose answer was lost, in milliseconds: it may still be in the making. */
const looks = [0, 1000, 3000];

/**
 * One create request. What the server refused does not exist; what it did not answer may, and is looked for: names are
 * not unique, so the container must be a new one.
 */
export async function launchContainer(
  connection: Connection,
  request: LaunchRequest,
  settings: ServerLaunch,
  clock: Clock,
  signal: AbortSignal,
): Promise<LaunchAnswer> {
  let before: ReadonlySet<string>;
  let resolved: ServerLaunch;
  try {
    refuseImage(connection, settings);
    resolved = await resolveNames(connection, settings, clock, signal);
    before = new Set((await namesakes(connection, request.name)).map(({ uuid }) => uuid));
  } catch (error) {
    if (error instanceof DevboxError) return { outcome: 'refused', retry: 'no', error };
    throw error;
  }
  const answer = await create(connection, request, resolved);
  if (answer.outcome !== 'lost' || signal.aborted) return answer;
  const id = await find(connection, request, before, clock, signal);
  return id === null ? answer : { outcome: 'launched', id };
}

async function create(
  connection: Connection,
  { name, env, tags, marks }: LaunchRequest,
  settings: ServerLaunch,
): Promise<LaunchAnswer> {
  const json = {
    ...createKeys(settings),
    server_name: name,
    ...(Object.keys(env).length > 0 ? { environment_variables: env } : {}),
    ...(has(connection, 'tags') ? { tags: { ...tags, ...marks } } : {}),
  };
  const call: ApiRequest = { method: 'POST', path: '/v1/containers', json };
  try {
    const answer = await connection.request(call);
    return { outcome: 'launched', id: parseAnswer(createdSchema, call, answer).container_id };
  } catch (error) {
    if (!(error instanceof DevboxError)) throw error;
    if (error instanceof NoAnswer && error.unsent) return { outcome: 'refused', retry: 'provider', error };
    if (error instanceof ApiError && error.status >= 400 && error.status < 500) {
      const retry = error.code === noCapacity ? 'capacity' : error.status === 429 ? 'rate-limit' : 'no';
      return { outcome: 'refused', retry, error };
    }
    // After 5xx, a redirect, or an answer that is not understood, the container may exist all the same.
    return { outcome: 'lost', error };
  }
}

/** The id of the one container that must have come from this request; null where there is none, or more than one. */
async function find(
  connection: Connection,
  { name, lease }: LaunchRequest,
  before: ReadonlySet<string>,
  clock: Clock,
  signal: AbortSignal,
): Promise<string | null> {
  for (const delay of looks) {
    try {
      await clock.sleep(delay, signal);
      const fresh = (await namesakes(connection, name)).filter(({ uuid }) => !before.has(uuid));
      const own = has(connection, 'tags')
        ? fresh.filter(({ devbox }) => devbox?.tags?.[leaseTag] === lease)
        : fresh;
      const [only] = own;
      if (own.length > 1) return null;
      if (only) return only.uuid;
    } catch (error) {
      if (signal.aborted) return null;
      if (!(error instanceof DevboxError)) throw error;
    }
  }
  return null;
}

async function namesakes(connection: Connection, name: string) {
  return (await listContainers(connection)).filter(({ server_name }) => server_name === name);
}

/** A published server takes its image from a template, and would make a box of another one without a word. */
function refuseImage(connection: Connection, { image }: ServerLaunch): void {
  if (image === null || has(connection, 'image')) return;
  throw new DevboxError('usage', 'this server runs the images of its templates only', {
    code: 'gpulab/no-image',
    details: [{ label: 'Asked for', value: `image ${image}` }],
    hint: 'Choose a template that has it (devbox templates), or make one: devbox templates create NAME image=IMAGE',
  });
}
