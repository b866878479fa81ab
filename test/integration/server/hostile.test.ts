import { readdir, readFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { WebSocket } from 'ws';
import * as z from 'zod/mini';
import { ApiKeys } from '../../../src/server/auth/keys.ts';
import { encodeFrame, encodeGrant, execProtocol } from '../../../src/server/wire/exec-stream.ts';
import { bundleServer } from './bundle.ts';
import { startTcpServer, type TcpServer } from './tcp-server.ts';
import { until } from './world.ts';

/** What people try who mean the server harm, or whose programs are broken. */
let server: TcpServer;
let box: string;

beforeAll(async () => {
  server = await startTcpServer({
    packageRoot: await bundleServer('hostile'),
    words: ['--exec-rate', '1000'],
  });
  const { body } = await server.call('POST', '/v1/containers', { server_name: 'target' });
  box = z.parse(z.looseObject({ container_id: z.string() }), body).container_id;
});
afterAll(async () => expect(await server.end()).toEqual([]));

const open: Socket[] = [];
afterAll(() => {
  for (const socket of open) socket.destroy();
});

/** Sends bytes and collects what comes, as long as the server keeps the connection. It never closes its own side. */
async function raw(
  text: string,
): Promise<{ readonly socket: Socket; said(): string; readonly closed: Promise<void> }> {
  const { port } = new URL(server.url);
  const socket = connect({ port: Number(port), host: '127.0.0.1', allowHalfOpen: true });
  open.push(socket);
  let said = '';
  socket.on('data', (bytes: Buffer) => {
    said += bytes.toString();
  });
  socket.on('error', () => undefined);
  const closed = new Promise<void>((resolve) => {
    socket.once('end', resolve);
    socket.once('close', () => resolve());
  });
  socket.write(text.replaceAll('KEY', server.key));
  return { socket, said: () => said, closed };
}

/** The answer to a request that ends its connection. */
async function answerTo(text: string): Promise<{ status: number; code: unknown; message: unknown }> {
  const { said, closed } = await raw(text);
  await closed;
  const [head = '', body = ''] = said().split('\r\n\r\n', 2);
  const json = body.slice(body.indexOf('{'), body.lastIndexOf('}') + 1);
  const { code, message } = json === '' ? {} : JSON.parse(json);
  return { status: Number(head.split(' ')[1]), code, message };
}

const line = (request: string, ...headers: string[]): string =>
  [`${request} HTTP/1.1`, 'Host: here', 'Connection: close', ...headers, '', ''].join('\r\n');
const upgrade = (path: string): string =>
  line(`GET ${path}`).replace('Connection: close', 'Connection: Upgrade\r\nUpgrade: websocket');

describe('what is no request', () => {
  const cases: [string, string, number, string][] = [
    ['bytes of another protocol', '\u0016\u0003\u0001nonsense\r\n\r\n', 400, 'malformed'],
    ['an unknown method', line('NONSENSE /v1/account'), 400, 'malformed'],
    ['headers without end', line('GET /v1/account', `X: ${'x'.repeat(100_000)}`), 431, 'headers-too-large'],
    [
      'two lengths',
      line('POST /v1/containers', 'Content-Length: 5', 'Transfer-Encoding: chunked'),
      400,
      'malformed',
    ],
    ['a path with half a code in it', line('GET /v1/containers/%ZZ'), 400, 'invalid-request'],
    ['an id without end', line(`GET /v1/containers/${'x'.repeat(4000)}`), 414, 'path-too-long'],
    ['a WebSocket with half a code in its path', upgrade('/terminal/%ZZ/ws'), 400, 'invalid-request'],
    ['a WebSocket where there is none', upgrade('/v1/account'), 404, 'not-found'],
    ['a WebSocket without a key', upgrade('/v1/containers/x/exec/stream'), 400, 'wrong-protocol'],
  ];
  test.each(cases)('is refused with a problem: %s', async (_what, text, status, code) => {
    expect(await answerTo(text)).toEqual({ status, code, message: expect.any(String) });
  });

  test('keeps no connection open, whatever its sender does with his end', async () => {
    const before = (await readdir(`/proc/${server.pid}/fd`).catch(() => [])).length;
    const refused = await Promise.all(Array.from({ length: 30 }, () => answerTo(upgrade('/nowhere'))));
    expect(new Set(refused.map(({ status }) => status))).toEqual(new Set([404]));
    if (process.platform !== 'linux') return console.warn('skipped: open files are counted in /proc');
    await until(
      'they are let go',
      async () => (await readdir(`/proc/${server.pid}/fd`)).length < before + 10,
    );
  });

  test('without a key has its connection closed, however much is announced to follow', async () => {
    const { said, closed } = await raw(
      'POST /v1/containers HTTP/1.1\r\nHost: here\r\nContent-Type: application/json\r\nContent-Length: 500000\r\n\r\n{',
    );
    await closed;
    expect(said()).toMatch(/^HTTP\/1\.1 401 /);
  });
});

describe('a body that is wrong all over', () => {
  const variables = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`not-a-name-${index}`, 'x']));

  test.each([100, 150_000])('is refused in few words: %d problems', async (count) => {
    const { status, body } = await server.call('POST', '/v1/containers', {
      server_name: 'wrong',
      environment_variables: variables(count),
    });
    expect([status, body]).toEqual([422, expect.objectContaining({ code: 'invalid-request' })]);
    expect(JSON.stringify(body).length).toBeLessThan(20_000);
  });

  test('or nested without end is as well', async () => {
    const headers = { 'api-key': server.key, 'content-type': 'application/json' };
    const deep = `${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}`;
    expect(await server.call('POST', '/v1/containers', deep, headers)).toMatchObject({ status: 422 });
    expect(await server.call('POST', '/v1/containers', '['.repeat(1_000_000), headers)).toMatchObject({
      status: 400,
      body: { code: 'invalid-json' },
    });
  });
});

describe('nobody comes in without the key', () => {
  const ways: [string, string][] = [
    ['HEAD', line('HEAD /v1/account')],
    ['OPTIONS', line('OPTIONS /v1/account')],
    ['OPTIONS *', line('OPTIONS *')],
    ['an address in full', line('GET http://elsewhere/v1/account')],
    ['a path that leaves an open one', line('GET /healthz/../v1/account')],
    ['a slash too many', line('GET //v1//account//')],
    ['an open path behind a semicolon', line('GET /v1/account;/healthz')],
    ['an open path behind a hash', line('GET /v1/account#/healthz')],
    ['an open path behind a question mark', line('GET /v1/account?/openapi.json')],
    ['the base of other servers', line('GET /api/v1/account')],
    ['the key twice', line('GET /v1/account', 'api-key: KEY', 'api-key: KEY')],
    ['the key as another header', line('GET /v1/account', 'authorization: Bearer KEY')],
    ['the key in the query', line('GET /v1/account?api-key=KEY')],
  ];
  test.each(ways)('by %s', async (_way, text) => {
    expect((await answerTo(text)).status).toBe(401);
  });
});

test('the log has no terminal’s secret and no query, however a path is spelled; one line is one entry', async () => {
  const secret = 'S3cretS3cretS3cretS3cretS3cretS3';
  for (const path of [
    `/terminal/${secret}`,
    `//terminal//${secret}/ws`,
    `/%74erminal/${secret}/ws`,
    `/api/terminal%2F${secret}/%ZZ`,
    `/v1/volumes/x/files/search?query=${secret}`,
    `/v1/containers/a%0A%7B%22level%22%3A60%7D?${secret}`,
  ]) {
    await answerTo(line(`GET ${path}`, 'api-key: KEY'));
  }
  await answerTo(line('GET /the-last-one', 'api-key: KEY'));
  await until('all is written', () => server.log().includes('/the-last-one'));
  expect(server.log()).not.toContain(secret);
  for (const entry of server.log().trim().split('\n')) expect(JSON.parse(entry)).toHaveProperty('level', 30);
});

describe('the audit log', () => {
  const entries = async (request: string): Promise<unknown[]> =>
    (await readFile(server.auditLog, 'utf8'))
      .trim()
      .split('\n')
      .map((entry) => JSON.parse(entry))
      .filter((entry) => entry.request === request);

  test('cannot be forged through names', async () => {
    const name = 'a\n{"caller":"root"}';
    await server.call('DELETE', `/v1/containers/${encodeURIComponent(name)}`, undefined, {
      'api-key': server.key,
      'x-request-id': 'forger',
    });
    expect(await entries('forger')).toMatchObject([
      { caller: 'tester', target: name, phase: 'begin' },
      { caller: 'tester', target: name, phase: 'end', status: 404 },
    ]);
  });

  test('says how a command ended whose caller did not wait for it', async () => {
    const { socket } = await raw(
      [
        `POST /v1/containers/${box}/exec HTTP/1.1`,
        'Host: here',
        'api-key: KEY',
        'x-request-id: impatient',
        'content-type: application/json',
        'content-length: 22',
        '',
        '{"command":"sleep 60"}',
      ].join('\r\n'),
    );
    await until('it has begun', async () => (await entries('impatient')).length === 1);
    socket.destroy();
    await until('it has ended', async () => (await entries('impatient')).length === 2);
    expect((await entries('impatient'))[1]).toMatchObject({ phase: 'end', exitCode: 137 });
  });
});

describe('a client of commands that keeps to no rule', () => {
  const start = (argv: readonly string[]): Promise<WebSocket> =>
    new Promise((resolve, reject) => {
      const url = `${server.url.replace('http', 'ws')}/v1/containers/${box}/exec/stream`;
      const socket = new WebSocket(url, execProtocol, { headers: { 'api-key': server.key } });
      socket.once('error', reject);
      socket.once('open', () => {
        socket.send(encodeFrame('request', JSON.stringify({ argv })));
        resolve(socket);
      });
    });
  const megabytes = async (): Promise<number> => {
    const status = await readFile(`/proc/${server.pid}/status`, 'utf8');
    return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024;
  };

  test('cannot fill the server with input that nobody reads', async () => {
    if (process.platform !== 'linux') return console.warn('skipped: memory is looked up in /proc');
    const before = await megabytes();
    const socket = await start(['sleep', '1000']);
    const stretch = encodeFrame('stdin', Buffer.alloc(250_000));
    for (let sent = 0; sent < 600; sent++) socket.send(stretch);
    let last = -1;
    await until('no more is taken', async () => {
      const now = socket.bufferedAmount;
      const isStill = now === last;
      last = now;
      await new Promise((resolve) => setTimeout(resolve, 200));
      return isStill;
    });
    expect(last).toBeGreaterThan(50_000_000);
    expect((await megabytes()) - before).toBeLessThan(100);
    socket.terminate();
  });

  test('cannot fill it with output that it does not take, whatever it says to have taken', async () => {
    const socket = await start(['yes']);
    socket.pause();
    for (let times = 0; times < 10; times++) socket.send(encodeGrant('grantStdout', 0xffff_ffff));
    socket.resume();
    let bytes = 0;
    const first = await new Promise<number>((resolve) => {
      socket.on('message', (data: Buffer) => {
        bytes += data.length;
        if (bytes > 1_000_000) resolve(bytes);
      });
    });
    // The window is full again without a grant, and stays so.
    await until('it is held up', async () => {
      const seen = bytes;
      await new Promise((resolve) => setTimeout(resolve, 300));
      return bytes === seen;
    });
    expect(first).toBeLessThan(3_000_000);
    expect(bytes).toBeLessThan(3_000_000);
    socket.terminate();
  });

  test('does the server no harm with input after its end, or signals that are none', async () => {
    const socket = await start(['cat']);
    for (const type of ['stdinEnd', 'stdin', 'stdinEnd', 'stdin'] as const)
      socket.send(encodeFrame(type, 'x'));
    await new Promise((resolve) => socket.once('close', resolve));
    const other = await start(['sleep', '1000']);
    other.send(encodeFrame('signal', 'SIGNONSENSE'));
    const code = await new Promise((resolve) => other.once('close', resolve));
    expect(code).toBe(1008);
    expect((await server.call('GET', '/healthz')).status).toBe(200);
  });
});

test('terminals that nobody opens are few', async () => {
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => server.call('POST', `/v1/containers/${box}/terminal`)),
  );
  const refused = answers.filter(({ status }) => status === 429);
  expect([answers.filter(({ status }) => status === 200).length, refused.length]).toEqual([16, 4]);
  expect(refused[0]).toMatchObject({ body: { code: 'too-many-terminals', message: expect.any(String) } });
  expect(Number(refused[0]?.headers.get('retry-after'))).toBeGreaterThan(0);
});

test('a terminal does not open any more when the key that it was asked for with was taken back', async () => {
  const keys = new ApiKeys(server.state);
  const { key, record } = await keys.add('leaver', new Date());
  const { body } = await server.call('POST', `/v1/containers/${box}/terminal`, undefined, { 'api-key': key });
  const { websocket_url: url } = z.parse(z.looseObject({ websocket_url: z.string() }), body);
  const open = () =>
    new Promise<string>((resolve) => {
      const socket = new WebSocket(url, 'tty');
      socket.once('open', () => {
        socket.terminate();
        resolve('open');
      });
      socket.once('error', (error) => resolve(error.message));
    });
  expect(await open()).toBe('open');
  await keys.remove(record.id);
  expect(await open()).toContain('404');
});
