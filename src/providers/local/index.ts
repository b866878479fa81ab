import { readdir } from 'node:fs/promises';
import { connect as connectSocket } from 'node:net';
import { join } from 'node:path';
import type { Context } from '../../base/context.ts';
import { discreet } from '../../base/discreet.ts';
import { DevboxError } from '../../base/errors.ts';
import { type Http, HttpFailure } from '../../base/http.ts';
import { traced } from '../../base/trace.ts';
import { unixHttp } from '../../base/unix-http.ts';
import { protocolVersion } from '../../server/wire/capabilities.ts';
import { type Connection, meet } from '../gpulab/connection.ts';
import { serverProvider } from '../gpulab/index.ts';
import { openWebSocket } from '../gpulab/socket.ts';
import { lazyTransfer } from '../gpulab/transfer.ts';
import type { Provider, ProviderDeps } from '../provider.ts';
import { findSocket, type Places, placesIn } from './places.ts';
import type { LocalApi } from './schema.ts';
import { startServer } from './start.ts';

/** Which host an address names is of no matter on a unix socket. */
const host = 'localhost';

/** How errors call it. */
const serverName = 'the server of this machine';

/** Opens the provider of boxes on this machine. Its server is started when something first needs it. */
export async function openLocal(api: LocalApi, context: Context, deps: ProviderDeps): Promise<Provider> {
  const places = placesIn(context.paths, api.engine);
  let connection: Promise<Connection> | undefined;
  const provider = serverProvider({
    name: 'local',
    // Without the host's name: it changes with the network, and these boxes are known by their state directory.
    account: `${api.engine === 'process' ? 'local' : `local-${api.engine}`}:${context.user.name}`,
    server: serverName,
    clock: context.clock,
    signal: context.signal,
    emit: deps.emit,
    connect: () => {
      connection ??= connect(api, context, places);
      return connection;
    },
  });
  return {
    ...provider,
    // Without boxes there is nothing to ask, and no reason to start a server.
    list: async () => ((await hasBoxes(places)) ? provider.list() : []),
    get: async (id) => ((await hasBoxes(places)) ? provider.get(id) : null),
  };
}

/** Meets the server of this machine. */
async function connect(api: LocalApi, context: Context, places: Places): Promise<Connection> {
  const http: Http = async (request) =>
    unixHttp(await findSocket(places), `devbox/${context.version}`)(request);
  const connection = await meet(
    {
      http: startingHttp(traced(discreet(http), context), () =>
        startServer({
          places,
          program: join(context.paths.package, 'dist', 'server.mjs'),
          version: context.version,
          engine: api.engine,
          idleSeconds: api.idle_timeout,
          clock: context.clock,
          signal: context.signal,
          env: context.env,
        }),
      ),
      transfer: traced(
        lazyTransfer(`devbox/${context.version}`, () => findSocket(places)),
        context,
      ),
      baseUrl: `http://${host}`,
      server: serverName,
      headers: {},
      secrets: [],
      timeoutSeconds: api.timeout,
      clock: context.clock,
      signal: context.signal,
    },
    async (path, protocol) => {
      const socket = await findSocket(places);
      return openWebSocket({
        url: `ws://${host}${path}`,
        server: serverName,
        protocol,
        trace: context.trace,
        headers: {},
        timeoutSeconds: api.timeout,
        connect: () => connectSocket(socket),
      });
    },
  );
  return checkProtocol(connection);
}

/** How often a server is started for one request; one that stops just then is as good as none. */
const maxStarts = 3;

/** Starts the server whenever a request finds none; what was never sent can be sent again. */
function startingHttp(http: Http, start: () => Promise<void>): Http {
  return async (request) => {
    for (let attempt = 0; ; attempt++) {
      try {
        return await http(request);
      } catch (error) {
        if (!(error instanceof HttpFailure) || !error.unsent || attempt === maxStarts) throw error;
        await start();
      }
    }
  };
}

/** A server of another version may still run: it stays as long as it has boxes. */
function checkProtocol(connection: Connection): Connection {
  const { capabilities } = connection;
  if (capabilities?.protocol === protocolVersion) return connection;
  const pid = capabilities?.pid;
  throw new DevboxError(
    'failed',
    'the server for boxes on this machine is of a version that this devbox cannot use',
    {
      code: 'local/server-version',
      details: [{ label: 'Server', value: capabilities?.version ?? 'unknown' }],
      hint: pid
        ? `End it and run the command again: kill ${pid} (boxes and what runs in them stay)`
        : 'Use the devbox version that started it.',
    },
  );
}

async function hasBoxes(places: Places): Promise<boolean> {
  return (await readdir(places.boxes).catch(() => [])).length > 0;
}
