import { createHash } from 'node:crypto';
import { connect as connectSocket } from 'node:net';
import type { Context } from '../../base/context.ts';
import { DevboxError } from '../../base/errors.ts';
import { createHttp } from '../../base/http.ts';
import { createTransfer } from '../../base/transfer.ts';
import { unixHttp } from '../../base/unix-http.ts';
import type { Provider, ProviderDeps } from '../provider.ts';
import { addressOf, givenSocketAddress, type ServerAddress, socketAddress } from './address.ts';
import { type Connection, meet } from './connection.ts';
import { serverProvider } from './index.ts';
import { findKey, type GivenKey, neededKey } from './key.ts';
import type { GpulabApi } from './schema.ts';
import { openWebSocket } from './socket.ts';

/** Opens a server with GPULab's API; no request is made yet. */
export async function openGpulab(api: GpulabApi, context: Context, deps: ProviderDeps): Promise<Provider> {
  const address = addressOf(api.base_url);
  // A stored key that cannot be read must not keep anybody from storing another one.
  const key = await findKey(api.api_key, address, context).catch((error: unknown) => {
    if (error instanceof DevboxError) return error;
    throw error;
  });
  let connection: Promise<Connection> | undefined;
  return serverProvider({
    name: 'gpulab',
    account: fingerprint(address, key),
    clock: context.clock,
    signal: context.signal,
    emit: deps.emit,
    connect: () => {
      connection ??= connect({ api, address, key, context, deps });
      return connection;
    },
  });
}

/** A key, none, or why there should be one and it cannot be had. */
type FoundKey = GivenKey | null | DevboxError;

function fingerprint({ name }: ServerAddress, key: FoundKey): string {
  return createHash('sha256')
    .update(`${name}\n${key instanceof DevboxError ? '' : (key?.text ?? '')}`)
    .digest('hex')
    .slice(0, 12);
}

interface Place {
  readonly api: GpulabApi;
  readonly address: ServerAddress;
  readonly key: FoundKey;
  readonly context: Context;
  readonly deps: ProviderDeps;
}

async function connect({ api, address, key, context, deps }: Place): Promise<Connection> {
  if (key instanceof DevboxError) throw key;
  const { clock, signal, version } = context;
  const text = neededKey(key, address);
  const keyHeader: Record<string, string> = text === '' ? {} : { 'api-key': text };
  const { socket, baseUrl } = address;
  const userAgent = `devbox/${version}`;
  return meet(
    {
      http: socket === null ? createHttp(userAgent) : unixHttp(socket, userAgent),
      transfer: createTransfer(userAgent, socket ?? undefined),
      baseUrl,
      server: address.name,
      headers: keyHeader,
      secrets: text === '' ? [] : [text],
      ...(key === null
        ? {}
        : { keyHint: `The key is from ${key.source}. For another one: devbox auth login` }),
      timeoutSeconds: api.timeout,
      clock,
      signal,
      onWait: (seconds) =>
        deps.emit({
          type: 'notice',
          level: 'info',
          message: `${address.name} takes no more requests for now: asking again in ${seconds} s`,
        }),
    },
    async (pathOrAddress, protocol) => {
      const isOurs = pathOrAddress.startsWith('/');
      return openWebSocket({
        url: isOurs ? socketAddress(`${baseUrl}${pathOrAddress}`) : givenSocketAddress(pathOrAddress, api),
        server: address.name,
        protocol,
        headers: isOurs ? keyHeader : {},
        timeoutSeconds: api.timeout,
        ...(isOurs && socket !== null ? { connect: () => connectSocket(socket) } : {}),
      });
    },
  );
}
