import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { addressOf } from '../../src/providers/gpulab/address.ts';
import { storeKey } from '../../src/providers/gpulab/key-store.ts';
import { type BinResult, type Home, makeHome } from '../support/bin.ts';

/** What a request says of who was asked: GPULab's key has a header of its own. */
interface Seen {
  readonly provider: 'gpulab' | 'lambda';
  readonly key: string;
}

let home: Home;
let server: Server;
let url: string;
let seen: Seen[];

beforeEach(async () => {
  home = makeHome();
  seen = [];
  server = createServer(({ headers }, answer) => {
    const key = headers['api-key'];
    seen.push(
      typeof key === 'string'
        ? { provider: 'gpulab', key }
        : { provider: 'lambda', key: headers.authorization?.replace('Bearer ', '') ?? '' },
    );
    answer.writeHead(401, { 'content-type': 'application/json' }).end('{"message":"no"}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
});
afterEach(async () => {
  home.remove();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const run = (argv: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<BinResult> =>
  home.run([...argv, '--json'], { env });

/** Who was asked, with which key; everybody refuses. */
async function asked(
  argv: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Seen | undefined> {
  expect((await run(argv, env)).code).toBe(3);
  return seen[0];
}

function write(name: string, text: string): void {
  const path = join(home.path, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, text);
}

/** The service that a configuration chooses, without asking it. */
async function chosen(argv: readonly string[]): Promise<unknown> {
  const result = await home.run([...argv, '--cfg', 'job', '--package', 'api.provider']);
  expect(result).toMatchObject({ code: 0 });
  return result.stdout.trim();
}

describe('where nobody named a provider', () => {
  const gpulab = () => ({ GPULAB_API_URL: url, GPULAB_API_KEY: 'g-key' });

  it('Lambda Cloud is asked if there is a key for it', async () => {
    const env = { ...gpulab(), LAMBDA_API_KEY: 'l-key' };
    expect(await asked(['list', `api.base_url=${url}`], env)).toEqual({ provider: 'lambda', key: 'l-key' });
  });

  it('GPULab is asked if only that has a key', async () => {
    expect(await asked(['list'], gpulab())).toEqual({ provider: 'gpulab', key: 'g-key' });
  });

  it('a stored key is one', async () => {
    const state = join(home.path, '.local/state/devbox');
    await storeKey({ state }, addressOf(url), 'stored-key');
    expect(await asked(['list', '--api-url', url])).toEqual({ provider: 'gpulab', key: 'stored-key' });
  });

  it('a key on the command line goes to whom it belongs to', async () => {
    const argv = ['list', '--api-url', url, '--api-key'];
    expect(await asked([...argv, 'gpulab_12345678_x'])).toEqual({
      provider: 'gpulab',
      key: 'gpulab_12345678_x',
    });
    seen = [];
    expect(await asked([...argv, 'secret_other'])).toEqual({ provider: 'lambda', key: 'secret_other' });
  });

  it('a key is read from stdin, and not shown', async () => {
    const result = await home.run(['list', '--api-url', url, '--api-key', '-', '--debug'], {
      input: 'gpulab_12345678_piped\n',
    });
    expect(seen[0]).toEqual({ provider: 'gpulab', key: 'gpulab_12345678_piped' });
    expect(result.stdout + result.stderr).not.toMatch(/piped|command line/);
  });

  it("without any key the error is Lambda Cloud's", async () => {
    const result = await run(['list']);
    expect(result.code).toBe(3);
    expect(JSON.parse(result.stderr).error.code).toBe('lambda/no-api-key');
    expect(seen).toEqual([]);
  });

  it('a project that names one is obeyed', async () => {
    write('.devboxrc.yaml', 'overrides: [api=lambda]\n');
    const result = await run(['list'], gpulab());
    expect(JSON.parse(result.stderr).error.code).toBe('lambda/no-api-key');
    expect(seen).toEqual([]);
  });
});

describe('a command with a provider of its own', () => {
  it('takes that one', async () => {
    expect(await chosen(['deploy', 'name=x'])).toBe('gpulab');
  });

  it('leaves it for what the command line says', async () => {
    expect(await chosen(['deploy', 'name=x', 'api=local'])).toBe('local');
    expect(await chosen(['deploy', '--name', 'x', '--api', 'local'])).toBe('local');
  });

  it('leaves it for what the project says', async () => {
    write('.devboxrc.yaml', 'overrides: [api=local]\n');
    expect(await chosen(['deploy', 'name=x'])).toBe('local');
    expect(await chosen(['deploy', 'name=x', 'api=gpulab'])).toBe('gpulab');
  });
});
