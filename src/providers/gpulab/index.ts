import * as z from 'zod/mini';
import type { Clock } from '../../base/clock.ts';
import { DevboxError } from '../../base/errors.ts';
import type { Emit } from '../../ui/events.ts';
import { noFacts } from '../facts.ts';
import type { Box, Facets, Provider, ProviderName, TerminateOptions } from '../provider.ts';
import { readAccount } from './account.ts';
import { toBox } from './box.ts';
import { type Connection, has } from './connection.ts';
import { containerPath, getContainer, listContainers } from './containers.ts';
import { credentialsOf } from './credentials.ts';
import { execIn } from './exec.ts';
import { gpusOf } from './gpus.ts';
import { launchContainer } from './launch.ts';
import { describeServerLaunch, serverLaunchSchema } from './launch-settings.ts';
import { readDeployLog, readLogs } from './logs.ts';
import { sshKeysOf } from './ssh-keys.ts';
import { readStats } from './stats.ts';
import { templatesOf } from './templates.ts';
import { terminalIn } from './terminal.ts';
import { volumesOn } from './volumes.ts';

export interface ServerProviderOptions {
  readonly name: ProviderName;
  readonly account: string;
  /** The server as the user knows it. */
  readonly server: string;
  /** The connection, made when it is first needed. */
  readonly connect: () => Promise<Connection>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly emit: Emit;
}

type Action = 'stop' | 'start' | 'restart' | 'redeploy';

/** The abilities of every server with GPULab's API. */
type ServerFacets = Required<
  Pick<
    Facets,
    | 'whoami'
    | 'sshKeys'
    | 'server'
    | 'power'
    | 'restart'
    | 'redeploy'
    | 'volumes'
    | 'gpus'
    | 'templates'
    | 'credentials'
  >
>;

/** A provider on a server with GPULab's API: a box is a container. */
export function serverProvider(options: ServerProviderOptions): Provider & ServerFacets {
  const { connect, name, signal, emit } = options;

  /** Asks for an action, and gives back the box as it is then. */
  const act = (action: Action) => async (box: Box) => {
    const connection = await connect();
    await connection.request({ method: 'POST', path: `${containerPath(box.id)}/${action}` });
    const after = await getContainer(connection, box.id);
    return after ? toBox(after, name) : box;
  };

  return {
    name,
    account: options.account,
    launchIntervalSeconds: 0,
    // A container is listed from the moment that it is made.
    surfacingMinutes: 0,
    describeLaunch: (settings) =>
      name === 'local'
        ? 'a box on this machine'
        : describeServerLaunch(z.parse(serverLaunchSchema(), settings)),

    list: async () => (await listContainers(await connect())).map((container) => toBox(container, name)),

    async get(id) {
      const container = await getContainer(await connect(), id);
      return container ? toBox(container, name) : null;
    },

    async launch(request) {
      let connection: Connection;
      try {
        connection = await connect();
      } catch (error) {
        // Nothing was asked for yet.
        if (error instanceof DevboxError) return { outcome: 'refused', retry: 'no', error };
        throw error;
      }
      const settings = z.parse(serverLaunchSchema(), request.settings);
      return launchContainer(connection, request, settings, options.clock, signal);
    },

    async terminate(box, terminateOptions) {
      await remove(await connect(), box, terminateOptions);
      return ended(box, terminateOptions);
    },

    whoami: {
      server: options.server,
      read: async () => readAccount((await connect()).request),
    },

    server: {
      access: (box) => ({
        streams: async () => has(await connect(), 'exec-stream'),
        exec: async (request, streams) => execIn(await connect(), box.id, request, streams, { signal, emit }),
        terminal: async (streams) =>
          terminalIn(await connect(), box.id, streams, { clock: options.clock, signal }),
        logs: async (query) => readLogs(await connect(), box.id, query),
        deployLog: async () => readDeployLog(await connect(), box.id),
        stats: async () => readStats(await connect(), box.id),
      }),
    },

    power: { stop: act('stop'), start: act('start') },
    restart: { restart: act('restart') },
    redeploy: { redeploy: act('redeploy') },
    volumes: volumesOn(connect, options.clock, signal),
    gpus: gpusOf(connect),
    templates: templatesOf(connect),
    credentials: credentialsOf(connect),
    sshKeys: sshKeysOf(connect),
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
