import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { request as httpsRequest } from 'node:https';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { until } from '../integration/server/world.ts';
import { type Home, makeHome } from '../support/bin.ts';
import { makeCertificate } from '../support/certificate.ts';
import { addKey, type Served, startServe } from '../support/served.ts';

let home: Home;
let served: Served;
let key: string;

beforeAll(async () => {
  home = makeHome();
  key = await addKey(home, 'alice');
  served = await startServe(home, ['exec_rate=40']);
});
afterAll(async () => {
  const { boxes } = await call('GET', '/v1/containers').then(({ body }) => ({ boxes: body }));
  for (const { uuid } of boxes) await call('DELETE', `/v1/containers/${uuid}?purge=true`);
  await served.end('SIGTERM');
  home.remove();
});

async function call(method: string, path: string, body?: unknown, headers = { 'api-key': key }) {
  const answer = await fetch(`${served.url}${path}`, {
    method,
    headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: answer.status, headers: answer.headers, body: JSON.parse(await answer.text()) };
}

const stateOf = (of: Home): string => join(of.path, '.local/state/devbox/server');
const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

describe('API keys', () => {
  test('without one, or with a wrong one, nobody comes in; health is open to all', async () => {
    expect(await call('GET', '/v1/account', undefined, { 'api-key': '' })).toMatchObject({ status: 401 });
    const wrong = `${key.slice(0, -1)}${key.endsWith('a') ? 'b' : 'a'}`;
    const refused = await call('GET', '/v1/account', undefined, { 'api-key': wrong });
    expect(refused).toMatchObject({ status: 401, body: { code: 'wrong-key', message: expect.any(String) } });
    expect((await fetch(`${served.url}/healthz`)).status).toBe(200);
    expect((await fetch(`${served.url}/v1/no-such-thing`)).status).toBe(401);
  });

  test('are kept as hashes, in files that only the owner reads', async () => {
    const directory = join(stateOf(home), 'keys');
    for (const name of readdirSync(directory)) {
      const text = readFileSync(join(directory, name), 'utf8');
      expect(text).not.toContain(key);
      expect(text).not.toContain(key.slice(-40));
      expect(execFileSync('ls', ['-l', join(directory, name)], { encoding: 'utf8' })).toMatch(/^-rw-------/);
    }
  });

  test('count from the moment that they are made, and no longer than until they are taken back', async () => {
    const other = await addKey(home, 'bob');
    expect(await call('GET', '/v1/account', undefined, { 'api-key': other })).toMatchObject({ status: 200 });
    const removed = await home.run(['command=serve_keys_rm', 'key_name=bob', '--json']);
    expect(JSON.parse(removed.stdout)).toMatchObject({ name: 'bob', status: 'removed' });
    expect(await call('GET', '/v1/account', undefined, { 'api-key': other })).toMatchObject({ status: 401 });
  });

  test('have names that are used once; an unknown one suggests what was meant', async () => {
    const twice = await home.run(['command=serve_keys_add', 'key_name=alice']);
    expect(twice).toMatchObject({ code: 2, stdout: '' });
    const unknown = await home.run(['command=serve_keys_rm', 'key_name=alic', '--json']);
    expect(unknown.code).toBe(4);
    expect(JSON.parse(unknown.stderr)).toMatchObject({ error: { hint: 'Did you mean alice?' } });
    const list = await home.run(['command=serve_keys_list', '--json']);
    expect(JSON.parse(list.stdout)).toMatchObject([{ name: 'alice' }]);
    expect(list.stdout).not.toContain(key.slice(-40));
  });
});

test('any base address works: with slashes too many, and with /api behind it', async () => {
  for (const base of ['', '/', '/api', '/api/', '//api//']) {
    expect(await call('GET', `${base}/v1/account`)).toMatchObject({ status: 200, body: { team: null } });
  }
});

test('every mutation and every command is in the audit log: who, what, to which box, how it ended; never contents', async () => {
  const made = await call('POST', '/v1/containers', {
    server_name: 'audited',
    environment_variables: { TOKEN: 'value-of-token' },
  });
  const id: string = made.body.container_id;
  await call('POST', `/v1/containers/${id}/exec`, { command: 'echo hush-hush; exit 7' });
  const read = () =>
    readFileSync(join(stateOf(home), 'audit.log'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
  // The last line about a request is written when its answer has been sent.
  await until('the command is written down', () => read().some(({ exitCode }) => exitCode === 7));
  const entries = read();
  expect(entries).toContainEqual(
    expect.objectContaining({
      caller: 'alice',
      operation: 'POST /v1/containers',
      target: id,
      phase: 'end',
      status: 201,
    }),
  );
  const [begin, end] = entries.filter(({ operation }) => operation === 'POST /v1/containers/:uuid/exec');
  expect(begin).toMatchObject({ caller: 'alice', target: id, phase: 'begin' });
  expect(end).toMatchObject({ request: begin.request, phase: 'end', status: 200, exitCode: 7 });
  const text = readFileSync(join(stateOf(home), 'audit.log'), 'utf8');
  for (const content of ['hush-hush', 'value-of-token', key]) {
    expect(text).not.toContain(content);
    expect(served.log()).not.toContain(content);
  }
});

test('requests are logged with ids, which a client may choose', async () => {
  const answer = await fetch(`${served.url}/healthz`, { headers: { 'x-request-id': 'from-the-client.1' } });
  expect(answer.headers.get('x-request-id')).toBe('from-the-client.1');
  const strange = await fetch(`${served.url}/healthz`, { headers: { 'x-request-id': '{"level":60}' } });
  expect(strange.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  const lines = () =>
    served
      .log()
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line));
  for (let look = 0; look < 100 && !served.log().includes('from-the-client.1'); look++) await sleep(50);
  expect(lines()).toContainEqual(
    expect.objectContaining({
      reqId: 'from-the-client.1',
      req: expect.objectContaining({ url: '/healthz' }),
    }),
  );
});

test('a key that starts too many commands is told when the next one may start', async () => {
  const other = await addKey(home, 'eager');
  const made = await call('POST', '/v1/containers', { server_name: 'busy' });
  const path = `/v1/containers/${made.body.container_id}/exec`;
  const start = () => call('POST', path, { command: 'true' }, { 'api-key': other });
  const answers = await Promise.all(Array.from({ length: 80 }, start));
  const refused = answers.find(({ status }) => status === 429);
  expect(refused?.body).toMatchObject({ code: 'rate-limited', message: expect.stringContaining('eager') });
  expect(Number(refused?.headers.get('retry-after'))).toBeGreaterThan(0);
  // Others are not held up by it.
  expect(await call('POST', path, { command: 'true' })).toMatchObject({ status: 200 });
});

test.each([
  { words: ['host=0.0.0.0'], says: 'there is no TLS' },
  { words: ['host=::'], says: 'there is no TLS' },
  { words: ['tls_cert=a.pem'], says: 'both a certificate and its private key' },
  { words: ['tls_cert=a.pem', 'tls_key=b.pem'], says: 'tls_cert cannot be read' },
  { words: ['port=70000'], says: 'port is 70000' },
  { words: ['public_url=boxes.example'], says: 'public_url is' },
  { words: ['exec_rate=0'], says: 'exec_rate is 0' },
])('serve $words is refused before anything listens', async ({ words, says }) => {
  const result = await home.run(['serve', ...words, '--json']);
  expect(result).toMatchObject({ code: 2, stdout: '' });
  expect(JSON.parse(result.stderr).error.message).toContain(says);
});

test('a second server of the same directory, or at a port in use, is an error that says so', async () => {
  const second = await home.run(['serve', 'port=0', '--json']);
  expect(second.code).toBe(1);
  expect(second.stderr).toContain(`process ${served.serverPid}`);
  const other = makeHome();
  const port = new URL(served.url).port;
  const taken = await other.run(['serve', `port=${port}`, '--json']);
  expect(taken.code).toBe(1);
  expect(taken.stderr).toContain('EADDRINUSE');
  other.remove();
});

describe('the end of a server', () => {
  test('leaves the boxes running, and the next one has them', async () => {
    const other = makeHome();
    const first = await startServe(other, ['insecure=true']);
    const base = `${first.url}/v1/containers`;
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ server_name: 'stays', command: 'exec sleep 3600' });
    const made = JSON.parse(await (await fetch(base, { method: 'POST', headers, body })).text());
    expect(await first.end('SIGINT')).toBe(0);
    expect(isAlive(first.serverPid)).toBe(false);

    const second = await startServe(other, ['insecure=true']);
    const list = JSON.parse(await (await fetch(`${second.url}/v1/containers`)).text());
    expect(list).toMatchObject([{ uuid: made.container_id, status: 'running' }]);
    await fetch(`${second.url}/v1/containers/${made.container_id}`, { method: 'DELETE' });
    await second.end('SIGTERM');
    other.remove();
  });

  test('comes with that of whoever started it, however that ended', async () => {
    const other = makeHome();
    const first = await startServe(other);
    await first.end('SIGKILL');
    for (let look = 0; look < 200 && isAlive(first.serverPid); look++) await sleep(50);
    expect(isAlive(first.serverPid)).toBe(false);
    expect(readdirSync(stateOf(other))).not.toContain('server.lock');
    other.remove();
  });
});

test('insecure=true lets anyone in until there is a key', async () => {
  const other = makeHome();
  const open = await startServe(other, ['insecure=true']);
  const account = (headers = {}) => fetch(`${open.url}/v1/account`, { headers });
  expect((await account()).status).toBe(200);
  const first = await addKey(other, 'first');
  expect((await account()).status).toBe(401);
  expect((await account({ 'api-key': first })).status).toBe(200);
  await open.end('SIGTERM');
  other.remove();
});

test('a unix socket that only the owner can open needs no key', async () => {
  const other = makeHome();
  const socket = join(other.path, 'boxes.sock');
  const own = await startServe(other, [`socket=${socket}`]);
  expect(own.url).toBe(`unix:${socket}`);
  expect(execFileSync('ls', ['-l', socket], { encoding: 'utf8' })).toMatch(/^srw-------/);
  await own.end('SIGTERM');
  other.remove();
});

test('TLS: a certificate and a key that do not belong together are named before anything starts', async () => {
  const other = makeHome();
  const [one, two] = [join(other.path, 'one'), join(other.path, 'two')].map((folder) => {
    mkdirSync(folder);
    return makeCertificate(folder);
  });
  if (!one || !two) return other.remove();
  const said = async (cert: string, key: string) => {
    const { code, stderr } = await other.run([
      'serve',
      'port=0',
      `tls_cert=${cert}`,
      `tls_key=${key}`,
      '--json',
    ]);
    return { exit: code, code: JSON.parse(stderr).error.code, message: JSON.parse(stderr).error.message };
  };
  expect(await said(one.cert, two.key)).toMatchObject({ exit: 2, code: 'serve/tls-mismatch' });
  expect(await said(one.key, one.key)).toMatchObject({
    exit: 2,
    code: 'serve/tls-file',
    message: expect.stringContaining('tls_cert'),
  });
  expect(await said(one.cert, one.cert)).toMatchObject({
    exit: 2,
    code: 'serve/tls-file',
    message: expect.stringContaining('tls_key'),
  });
  other.remove();
});

test('TLS: https with the certificate that was given', async () => {
  const other = makeHome();
  const certificate = makeCertificate(other.path);
  if (!certificate) return other.remove();
  const { cert, key } = certificate;
  const own = await addKey(other, 'tls');
  const secure = await startServe(other, [`tls_cert=${cert}`, `tls_key=${key}`]);
  expect(secure.url).toMatch(/^https:/);
  const status = await new Promise((resolve, reject) => {
    const url = `${secure.url}/v1/account`;
    const options = { ca: readFileSync(cert), headers: { 'api-key': own } };
    httpsRequest(url, options, (answer) => resolve(answer.resume().statusCode))
      .on('error', reject)
      .end();
  });
  expect(status).toBe(200);
  await secure.end('SIGTERM');
  other.remove();
});
