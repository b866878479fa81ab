import * as z from 'zod/mini';
import { DevboxError } from '../../base/errors.ts';
import { HttpFailure } from '../../base/http.ts';
import { cleanLine } from '../../base/text.ts';
import { noFacts } from '../facts.ts';
import type {
  Box,
  Facets,
  LaunchAnswer,
  LaunchRequest,
  Provider,
  ProviderName,
  TerminateOptions,
} from '../provider.ts';
import { toBox } from './box.ts';
import { type Connection, has } from './connection.ts';
import { execIn } from './exec.ts';
import { createKeys, describeServerLaunch, serverLaunchSchema } from './launch-settings.ts';
import { readDeployLog, readLogs } from './logs.ts';
import { ApiError, type ApiRequest, parseAnswer } from './request.ts';
import { readStats } from './stats.ts';
import { terminalIn } from './terminal.ts';
import { type Container, containerSchema, containersSchema, createdSchema } from './wire.ts';

export interface ServerProviderOptions {
  readonly name: ProviderName;
  readonly account: string;
  /** The connection, made when it is first needed. */
  readonly connect: () => Promise<Connection>;
  readonly signal: AbortSignal;
}

type Action = 'stop' | 'start' | 'restart' | 'redeploy';

/** The abilities of every server with GPULab's API. */
type ServerFacets = Required<Pick<Facets, 'server' | 'power' | 'restart' | 'redeploy'>>;

/** A provider on a server with GPULab's API: a box is a container. */
export function serverProvider(options: ServerProviderOptions): Provider & ServerFacets {
  const { connect, name, signal } = options;

  /** Asks for an action, and gives back the box as it is then. */
  const act = (action: Action) => (box: Box) =>
    explained(async () => {
      const connection = await connect();
      await connection.request({ method: 'POST', path: `${containerPath(box.id)}/${action}` });
      const after = await getContainer(connection, box.id);
      return after ? toBox(after, name) : box;
    });

  return {
    name,
    account: options.account,
    launchIntervalSeconds: 0,
    // A container is listed from the moment that it is made.
    surfacingMinutes: 0,
    describeLaunch: (settings) =>
      name === 'local'
        ? 'a box on this machine'
        : describeServerLaunch(z.parse(serverLaunchSchema, settings)),

    list: () =>
      explained(async () => {
        const call: ApiRequest = { method: 'GET', path: '/v1/containers' };
        const answer = await (await connect()).request(call);
        return parseAnswer(containersSchema, call, answer).map((container) => toBox(container, name));
      }),

    get: (id) =>
      explained(async () => {
        const container = await getContainer(await connect(), id);
        return container ? toBox(container, name) : null;
      }),

    async launch(request) {
      let connection: Connection;
      try {
        connection = await explained(connect);
      } catch (error) {
        // Nothing was asked for yet.
        if (error instanceof DevboxError) return { outcome: 'refused', retry: 'no', error };
        throw error;
      }
      return launch(connection, request, createKeys(z.parse(serverLaunchSchema, request.settings)));
    },

    terminate: (box, terminateOptions) =>
      explained(async () => {
        await remove(await connect(), box, terminateOptions);
        return ended(box, terminateOptions);
      }),

    server: {
      access: (box) => ({
        exec: (request, streams) =>
          explained(async () => execIn(await connect(), box.id, request, streams, signal)),
        terminal: (streams) => explained(async () => terminalIn(await connect(), box.id, streams, signal)),
        logs: (query) => explained(async () => readLogs(await connect(), box.id, query)),
        deployLog: () => explained(async () => readDeployLog(await connect(), box.id)),
        stats: () => explained(async () => readStats(await connect(), box.id)),
      }),
    },

    power: { stop: act('stop'), start: act('start') },
    restart: { restart: act('restart') },
    redeploy: { redeploy: act('redeploy') },
  };
}

/** A box after its end: what is said of it is what is left of it. */
function ended(box: Box, { purge }: TerminateOptions): Box {
  const left = purge ? [] : ['Home', 'Workspace'];
  return {
    ...box,
    ...noFacts,
    status: 'deleted',
    phase: 'ended',
    reach: { kind: 'none', why: 'it was deleted' },
    extra: box.extra.filter(({ label }) => left.includes(label)),
  };
}

/** Does work, and turns the failure of a connection into an error for the user. */
async function explained<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof HttpFailure)) throw error;
    const kind = error.reason === 'timeout' ? 'timed-out' : 'failed';
    throw new DevboxError(kind, `the server gave no answer: ${cleanLine(error.message)}`, {
      code: `gpulab/${error.reason}`,
      cause: error,
    });
  }
}

const containerPath = (id: string): string => `/v1/containers/${encodeURIComponent(id)}`;

async function getContainer(connection: Connection, id: string): Promise<Container | null> {
  const call: ApiRequest = { method: 'GET', path: containerPath(id) };
  try {
    return parseAnswer(containerSchema, call, await connection.request(call));
  } catch (error) {
    if (error instanceof DevboxError && error.kind === 'not-found') return null;
    throw error;
  }
}

/** One create request. What the server refused does not exist; what it did not answer may. */
async function launch(
  connection: Connection,
  { name, env, tags }: LaunchRequest,
  keys: Readonly<Record<string, unknown>>,
): Promise<LaunchAnswer> {
  const json = {
    ...keys,
    server_name: name,
    ...(Object.keys(env).length > 0 ? { environment_variables: env } : {}),
    ...(has(connection, 'tags') && Object.keys(tags).length > 0 ? { tags } : {}),
  };
  const call: ApiRequest = { method: 'POST', path: '/v1/containers', json };
  try {
    const answer = await connection.request(call);
    return { outcome: 'launched', id: parseAnswer(createdSchema, call, answer).container_id };
  } catch (error) {
    if (error instanceof HttpFailure) {
      return error.unsent ? { outcome: 'refused', retry: 'provider', error } : { outcome: 'lost', error };
    }
    if (error instanceof ApiError && error.status < 500) {
      return { outcome: 'refused', retry: error.status === 429 ? 'rate-limit' : 'no', error };
    }
    // After 5xx, or an answer that is not understood, the container may exist all the same.
    if (error instanceof DevboxError) return { outcome: 'lost', error };
    throw error;
  }
}

async function remove(connection: Connection, box: Box, { purge }: TerminateOptions): Promise<void> {
  if (purge && !has(connection, 'purge')) {
    throw new DevboxError('usage', 'this server cannot delete what outlives a box', {
      code: 'gpulab/no-purge',
      hint: 'Leave out purge=true.',
    });
  }
  const path = `${containerPath(box.id)}${purge ? '?purge=true' : ''}`;
  try {
    await connection.request({ method: 'DELETE', path });
  } catch (error) {
    // Gone already, perhaps by an earlier attempt whose answer was lost.
    if (error instanceof DevboxError && error.kind === 'not-found') return;
    throw error;
  }
}
