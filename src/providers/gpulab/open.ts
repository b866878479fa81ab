import { createHash } from 'node:crypto';
import { connect as connectSocket } from 'node:net';
import { socketPath, withoutTrailingSlash } from '../../base/base-url.ts';
import type { Context } from '../../base/context.ts';
import { DevboxError } from '../../base/errors.ts';
import { createHttp } from '../../base/http.ts';
import { unixHttp } from '../../base/unix-http.ts';
import type { Provider, ProviderDeps } from '../provider.ts';
import { type Connection, meet } from './connection.ts';
import { serverProvider } from './index.ts';
import type { GpulabApi } from './schema.ts';
import { openWebSocket } from './socket.ts';

/** Opens a server with GPULab's API; no request is made yet. */
export async function openGpulab(api: GpulabApi, context: Context, _deps: ProviderDeps): Promise<Provider> {
  const key = keyOf(api);
  let connection: Promise<Connection> | undefined;
  return serverProvider({
    name: 'gpulab',
    account: createHash('sha256').update(`${api.base_url}\n${key}`).digest('hex').slice(0, 12),
    signal: context.signal,
    connect: () => {
      connection ??= connect(api, key, context);
      return connection;
    },
  });
}

function connect(api: GpulabApi, key: string, context: Context): Promise<Connection> {
  const userAgent = `devbox/${context.version}`;
  const socket = socketPath(api.base_url);
  // Which host an address names is of no matter on a unix socket.
  const baseUrl = socket === undefined ? withoutTrailingSlash(api.base_url) : 'http://localhost';
  const headers: Record<string, string> = key === '' ? {} : { 'api-key': key };
  return meet(
    {
      http: socket === undefined ? createHttp(userAgent) : unixHttp(socket, userAgent),
      baseUrl,
      headers,
      timeoutSeconds: api.timeout,
      clock: context.clock,
      signal: context.signal,
    },
    (path, protocol) =>
      openWebSocket({
        url: `${baseUrl.replace(/^http/, 'ws')}${path}`,
        protocol,
        headers,
        timeoutSeconds: api.timeout,
        ...(socket === undefined ? {} : { connect: () => connectSocket(socket) }),
      }),
  );
}

/** The key, or an empty text where none is needed: a server of this machine may be open to its users. */
function keyOf(api: GpulabApi): string {
  const key = (api.api_key ?? '').trim();
  if (key !== '' || /^unix:|^http:/.test(api.base_url)) return key;
  throw new DevboxError('unauthorised', `there is no key for ${api.base_url}`, {
    code: 'gpulab/no-api-key',
    title: 'Not Authorised',
    hint: 'Give it in the environment: export GPULAB_API_KEY=...',
  });
}
