import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { projectRoot } from '../support/bin.ts';
import { fakeKey } from '../support/fake-gpulab/index.ts';
import { type GpulabUser, gpulabUser } from '../support/gpulab-user.ts';
import { openTerminal, type Terminal } from '../support/terminal.ts';

let user: GpulabUser;
beforeEach(async () => {
  user = await gpulabUser();
});
afterEach(() => user.end());

const keysFolder = (): string => join(user.home.path, '.local/state/devbox/keys');

/** The stored keys, by their files. */
function stored(): Record<string, string> {
  if (!existsSync(keysFolder())) return {};
  const files = readdirSync(keysFolder()).map((name) => join(keysFolder(), name));
  return Object.fromEntries(files.map((file) => [file, readFileSync(file, 'utf8')]));
}

describe('auth login', () => {
  test.each([
    ['on standard input, without a line break', ['--api-key', '-'], fakeKey],
    ['on standard input', ['--api-key=-'], `${fakeKey}\n`],
    ['as a setting', ['api.api_key=-'], fakeKey],
    ['on the command line', ['--api-key', fakeKey], ''],
  ])('stores a key given %s, once the server knows it', async (_what, words, input) => {
    const result = await user.keyless(['auth', 'login', ...words], { input });
    expect(result).toMatchObject({ code: 0, stdout: expect.stringContaining('ada@example.com') });
    expect(result.stdout + result.stderr).not.toContain(fakeKey);
    expect(result.stderr.includes('lists of processes')).toBe(words.includes(fakeKey));
    const [[file, content] = ['', '']] = Object.entries(stored());
    expect(JSON.parse(content)).toEqual({ base_url: user.fake.baseUrl, api_key: fakeKey });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(keysFolder()).mode & 0o777).toBe(0o700);
    expect(await user.keyless(['auth', 'whoami', '-q'])).toMatchObject({
      code: 0,
      stdout: 'ada@example.com\n',
    });
  });

  test('stores nothing that the server does not know', async () => {
    const result = await user.keyless(['auth', 'login', '--api-key', '-'], { input: 'wrong' });
    expect(result).toMatchObject({
      code: 3,
      stdout: '',
      stderr: expect.stringContaining('Unauthenticated.'),
    });
    expect(stored()).toEqual({});
  });

  test('takes a network failure for what it is', async () => {
    const env = { GPULAB_API_URL: 'http://127.0.0.1:9' };
    const result = await user.keyless(['auth', 'login', '--api-key', '-'], { input: fakeKey, env });
    expect(result).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('nothing answers at http://127.0.0.1:9'),
    });
    expect(stored()).toEqual({});
  });

  test('checks the key of the environment, and leaves it there', async () => {
    const result = await user.devbox(['auth', 'login', '--json']);
    expect(result.code).toBe(0);
    expect(JSON.parse(result.stdout)).toEqual({
      name: 'Ada',
      email: 'ada@example.com',
      team: { name: 'Engines' },
      container_count: 0,
      api_url: user.fake.baseUrl,
      key_file: null,
    });
    expect(stored()).toEqual({});
  });

  test('stores what is given beside the environment, and says which one is used', async () => {
    const options = { input: fakeKey, env: { GPULAB_API_KEY: 'another' } };
    const result = await user.keyless(['auth', 'login', '--api-key', '-'], options);
    expect(result).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('is used instead of the stored key'),
    });
    expect(Object.keys(stored())).toHaveLength(1);
  });

  test('without a key and without anybody to ask is a usage error', async () => {
    const result = await user.keyless(['auth', 'login']);
    expect(result).toMatchObject({ code: 2, stderr: expect.stringContaining('--api-key - < FILE') });
    const empty = await user.keyless(['auth', 'login', '--api-key', '-']);
    expect(empty).toMatchObject({ code: 2 });
  });

  test('replaces a key file that cannot be read, which is no missing key before', async () => {
    await user.keyless(['auth', 'login', '--api-key', '-'], { input: fakeKey });
    const [file = ''] = Object.keys(stored());
    writeFileSync(file, '{');
    const broken = await user.keyless(['ls', 'api=gpulab']);
    expect(broken).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('the stored key cannot be read'),
    });
    const status = await user.keyless(['auth', 'status']);
    expect(status).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('the stored key cannot be read'),
    });
    expect(await user.keyless(['auth', 'login', '--api-key', '-'], { input: fakeKey })).toMatchObject({
      code: 0,
    });
    expect(await user.keyless(['ls', 'api=gpulab'])).toMatchObject({ code: 0 });
  });

  test('is not for Lambda Cloud, whose key the environment has', async () => {
    const env = { LAMBDA_API_KEY: 'key-for-nothing' };
    const result = await user.keyless(['auth', 'login', 'api=lambda', '--api-key', '-'], { input: 'x', env });
    expect(result).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('api=gpulab has API keys that devbox stores'),
    });
  });
});

describe('auth login on a terminal', () => {
  const login = (columns = 80): Terminal =>
    openTerminal([process.execPath, join(projectRoot, 'dist', 'main.js'), 'auth', 'login'], {
      columns,
      cwd: user.home.path,
      env: { PATH: process.env['PATH'] ?? '', HOME: user.home.path, TERM: 'xterm-256color', ...user.address },
    });

  test.each([80, 40])('asks for the key and shows nothing of it, at %s columns', async (columns) => {
    const terminal = login(columns);
    await terminal.until(({ text }) => text.includes('API key for'));
    terminal.type(`x\u007f\u001b[200~${fakeKey}\u001b[201~\u001b[D\r`);
    expect(await terminal.exited).toBe(0);
    const { text } = terminal.screen();
    expect(text).toContain('ada@example.com');
    expect(terminal.output()).not.toMatch(/fakefake|gpulab_/);
    expect(Object.values(stored()).join()).toContain(fakeKey);
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(columns);
  });

  test('is given up with Ctrl-C, and says that nothing was stored', async () => {
    const terminal = login();
    await terminal.until(({ text }) => text.includes('API key for'));
    terminal.type('half of a key\u0003');
    expect(await terminal.exited).toBe(130);
    expect(terminal.screen().text).toContain('Nothing was stored');
    expect(stored()).toEqual({});
  });
});

describe('auth status', () => {
  test('shows address, key and account, and that they work', async () => {
    const result = await user.devbox(['auth', 'status']);
    expect(result).toMatchObject({ code: 0, stderr: '' });
    for (const part of [user.fake.baseUrl, 'gpulab_a…fake', 'GPULAB_API_KEY', 'works', 'ada@example.com']) {
      expect(result.stdout).toContain(part);
    }
    expect(result.stdout).not.toContain(fakeKey);
  });

  test.each(['k', 'seven77', 'twelve-chars', 'twenty-four-characters--'])('masks the key %s', async (key) => {
    const result = await user.devbox(['auth', 'status', '--json'], { env: { GPULAB_API_KEY: key } });
    expect(result.code).toBe(3);
    const status = JSON.parse(result.stdout);
    expect(status).toMatchObject({ authenticated: false, error: { message: 'Unauthenticated.' } });
    expect(status.key).toContain('…');
    expect(status.key.length).toBeLessThanOrEqual(Math.max(1, key.length / 2 + 1));
  });

  test('ends with 3 without a key, and with 1 where the server is away or in trouble', async () => {
    const without = await user.keyless(['auth', 'status'], {
      env: { GPULAB_API_URL: 'https://gpulab.invalid/api' },
    });
    expect(without).toMatchObject({ code: 3, stdout: expect.stringContaining('none') });
    const away = await user.devbox(['auth', 'status'], { env: { GPULAB_API_URL: 'http://127.0.0.1:9/' } });
    expect(away).toMatchObject({ code: 1, stdout: expect.stringContaining('nothing answers') });
    user.fake.fault({ on: 'GET /v1/account', times: 3, fault: { kind: 'status', status: 502 } });
    expect(await user.devbox(['auth', 'status'])).toMatchObject({ code: 1 });
  });
});

describe('auth whoami and logout', () => {
  test('whoami says it in one sentence and in JSON', async () => {
    expect((await user.devbox(['auth', 'whoami'])).stdout).toContain(
      'Logged in as: ada@example.com (Team: Engines)\n',
    );
    const { stdout } = await user.devbox(['auth', 'whoami', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({
      email: 'ada@example.com',
      team: { name: 'Engines' },
      container_count: 0,
    });
  });

  test('logout forgets the key of this server alone', async () => {
    await user.keyless(['auth', 'login', '--api-key', '-'], { input: fakeKey });
    const [first = ''] = Object.keys(stored());
    const other = first.replace(/[^/]*$/, 'other-server.json');
    writeFileSync(other, '{}');
    expect(await user.keyless(['auth', 'logout'])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('Logged out'),
    });
    expect(Object.keys(stored())).toEqual([other]);
    expect(await user.keyless(['auth', 'logout', '--json'])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('"forgotten": false'),
    });
    expect(await user.keyless(['auth', 'whoami'])).toMatchObject({ code: 3 });
  });
});

test('--debug tells every exchange on stderr, without the key', async () => {
  await user.keyless(['auth', 'login', '--api-key', '-'], { input: fakeKey });
  const result = await user.keyless(['auth', 'whoami', '--debug', '--json']);
  expect(JSON.parse(result.stdout)).toMatchObject({ name: 'Ada' });
  expect(result.stderr).toContain(`> GET ${user.fake.baseUrl}/v1/account`);
  expect(result.stderr).toMatch(/< 200 in \d+ ms/);
  expect(result.stderr).not.toContain(fakeKey);
});
