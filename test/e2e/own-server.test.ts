import { once } from 'node:events';
import { createServer, request as send } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type BinOptions, type BinResult, type Home, makeHome } from '../support/bin.ts';
import { makeCertificate } from '../support/certificate.ts';
import { type Served, startServe } from '../support/served.ts';

/** Whose server it is, and who uses it from elsewhere. */
let owner: Home;
let user: Home;
let served: Served;
let ownKey: string;
beforeAll(async () => {
  owner = makeHome();
  user = makeHome();
  ownKey = await newKey(owner);
  served = await startServe(owner);
});
afterAll(async () => {
  await served.end('SIGTERM');
  owner.remove();
  user.remove();
});

const newKey = async (home: Home): Promise<string> =>
  (await home.run(['serve', 'keys', 'add', 'ada', '-q'])).stdout.trim();

const devbox = (argv: readonly string[], url = served.url, options: BinOptions = {}): Promise<BinResult> =>
  user.run(argv, { ...options, env: { GPULAB_API_URL: url, ...options.env } });

/** A way to the server on which the answers to creating are lost, after they were given. */
async function lossyWay(): Promise<{ readonly url: string; close(): void }> {
  const proxy = createServer((incoming, outgoing) => {
    const { method, headers } = incoming;
    const onward = send(new URL(incoming.url ?? '/', served.url), { method, headers }, (answer) => {
      if (method === 'POST' && incoming.url === '/v1/containers') {
        answer.resume().once('end', () => outgoing.destroy());
      } else {
        outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(outgoing);
      }
    });
    incoming.pipe(onward);
  }).listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const address = proxy.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`,
    close() {
      proxy.close();
      proxy.closeAllConnections();
    },
  };
}

test('a deploy whose answer was lost is known by the tag of its lease', async () => {
  const way = await lossyWay();
  const env = { GPULAB_API_KEY: ownKey };
  const result = await devbox(['deploy', '--name', 'found', '--wait', '--json'], way.url, { env });
  way.close();
  expect(result).toMatchObject({ code: 0 });
  const boxes = JSON.parse((await devbox(['ls', 'api=gpulab', '--json'], served.url, { env })).stdout);
  expect(boxes).toMatchObject([{ name: 'found', id: JSON.parse(result.stdout).container_id }]);
  expect(boxes[0].tags['devbox-lease']).toMatch(/^dbx_[0-9a-f]{12}$/);
  expect(await devbox(['rm', 'found', 'api=gpulab'], served.url, { env })).toMatchObject({ code: 0 });
});

test('over a unix socket everything is the same, without a key', async () => {
  const socketOwner = makeHome();
  const socket = join(socketOwner.path, 'boxes of mine.sock');
  const other = await startServe(socketOwner, [`socket='${socket}'`]);
  const url = `unix:${socket}`;
  const here = (argv: readonly string[], options?: BinOptions) => devbox(argv, url, options);
  try {
    expect(await here(['deploy', '--name', 'here', '--wait'])).toMatchObject({ code: 0 });
    const cat = await here(['exec', 'here', '--', 'cat'], { input: 'through a WebSocket' });
    expect(cat).toEqual({ code: 0, stdout: 'through a WebSocket', stderr: '' });
    const status = await here(['auth', 'status', '--json']);
    expect(JSON.parse(status.stdout)).toMatchObject({ api_url: url, authenticated: true, key: null });
    expect(await here(['rm', 'here'])).toMatchObject({ code: 0 });
  } finally {
    await other.end('SIGTERM');
    socketOwner.remove();
  }
});

test('over TLS a certificate must be known, for requests and for WebSockets', async () => {
  const tlsOwner = makeHome();
  const certificate = makeCertificate(tlsOwner.path);
  if (!certificate) return tlsOwner.remove();
  const { cert, key } = certificate;
  const apiKey = await newKey(tlsOwner);
  const secure = await startServe(tlsOwner, [`tls_cert=${cert}`, `tls_key=${key}`]);
  const there = (argv: readonly string[], env: Readonly<Record<string, string>> = {}, input = '') =>
    devbox(argv, secure.url, { env: { GPULAB_API_KEY: apiKey, ...env }, input });
  try {
    const unknown = await there(['auth', 'status']);
    expect(unknown).toMatchObject({ code: 1 });
    expect(unknown.stdout.replace(/\s+/g, ' ')).toContain('could not be verified, and nothing was sent');
    const trusting = { NODE_EXTRA_CA_CERTS: cert };
    expect(await there(['deploy', '--name', 'safe', '--wait'], trusting)).toMatchObject({ code: 0 });
    const cat = await there(['exec', 'safe', '--', 'cat'], trusting, 'encrypted');
    expect(cat).toEqual({ code: 0, stdout: 'encrypted', stderr: '' });
    const wrong = await there(['ls', 'api=gpulab'], { ...trusting, GPULAB_API_KEY: 'wrong' });
    expect(wrong).toMatchObject({ code: 3, stdout: '' });
    expect(await there(['rm', 'safe'], trusting)).toMatchObject({ code: 0 });
  } finally {
    await secure.end('SIGTERM');
    tlsOwner.remove();
  }
});
