import { createHash } from 'node:crypto';
import { connect as connectSocket } from 'node:net';
import type { Context } from '../../base/context.ts';
import { discreet } from '../../base/discreet.ts';
import { DevboxError } from '../../base/errors.ts';
import { createHttp } from '../../base/http.ts';
import { traced } from '../../base/trace.ts';
import { unixHttp } from '../../base/unix-http.ts';
import type { UsedKey } from '../facets/keys.ts';
import type { Provider, ProviderDeps } from '../provider.ts';
import { readAccount } from './account.ts';
import { addressOf, givenSocketAddress, type ServerAddress, socketAddress } from './address.ts';
import { type Connection, meet } from './connection.ts';
import { serverProvider } from './index.ts';
import { findKey, neededKey, sendable } from './key.ts';
import { forgetKey, storeKey } from './key-store.ts';
import type { GpulabApi } from './schema.ts';
import { openWebSocket } from './socket.ts';
import { lazyTransfer } from './transfer.ts';

/** Opens a server with GPULab's API; no request is made yet. */
export async function openGpulab(api: GpulabApi, context: Context, deps: ProviderDeps): Promise<Provider> {
  const address = addressOf(api.base_url);
  // A stored key that cannot be read must not keep anybody from storing another one.
  const key = await findKey(api.api_key, address, context).catch((error: unknown) => {
    if (error instanceof DevboxError) return error;
    throw error;
  });
  const connectWith = (other: FoundKey) => connect({ api, address, key: other, context, deps });
  let connection: Promise<Connection> | undefined;
  const provider = serverProvider({
    name: 'gpulab',
    account: fingerprint(address, key),
    server: address.name,
    clock: context.clock,
    signal: context.signal,
    emit: deps.emit,
    connect: () => {
      connection ??= connectWith(key);
      return connection;
    },
  });
  return {
    ...provider,
    keys: {
      server: address.name,
      used() {
        if (key instanceof DevboxError) throw key;
        return key;
      },
      // A key that is only tried has no place that another one should be put in.
      async check(text) {
        const typed = sendable({ text, source: 'what was given', kind: 'given' });
        return readAccount((await connectWith(typed)).request);
      },
      store: (text) => storeKey(context.paths, address, text),
      forget: () => forgetKey(context.paths, address),
    },
  };
}

/** A key, none, or why there should be one and it cannot be had. */
type FoundKey = UsedKey | null | DevboxError;

/** Which server, and which account on it. */
function fingerprint({ name }: ServerAddress, key: FoundKey): string {
  const text = key instanceof DevboxError ? '' : (key?.text ?? '');
  return `${digest(name)}:${digest(`${name}\n${text}`)}`;
}

const digest = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 12);

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
  const http = traced(
    discreet(socket === null ? createHttp(userAgent) : unixHttp(socket, userAgent)),
    context,
  );
  return meet(
    {
      transfer: traced(
        lazyTransfer(userAgent, async () => socket ?? undefined),
        context,
      ),
      http: deps.listen ? deps.listen(http) : http,
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
        trace: context.trace,
        headers: isOurs ? keyHeader : {},
        timeoutSeconds: api.timeout,
        ...(isOurs && socket !== null ? { connect: () => connectSocket(socket) } : {}),
      });
    },
  );
}
