import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import * as z from 'zod/mini';
import { unixHttp } from '../../../src/base/unix-http.ts';
import {
  busyboxFiles,
  busyboxImage,
  containersOf,
  engineSocket,
  makeImages,
  sayIfSkipped,
} from '../../support/podman/engine.ts';
import { type EngineProxy, startProxy } from '../../support/podman/proxy.ts';
import { type Registry, startRegistry } from '../../support/podman/registry.ts';
import { bundleServer } from './bundle.ts';
import { patiently } from './engine-box.ts';

sayIfSkipped();
// A busy machine takes its time with containers.
jest.setTimeout(120_000);

const containerSchema = z.object({ uuid: z.string(), server_name: z.string(), status: z.string() });

(engineSocket === undefined ? describe.skip : describe)('a server that is killed', () => {
  let root: string;
  let program: string;
  let proxy: EngineProxy;
  let registry: Registry;
  let server: ChildProcess;

  beforeAll(async () => {
    await makeImages();
    root = await mkdtemp(join(tmpdir(), 'devbox-crash-'));
    program = join(await bundleServer('containers-crash'), 'dist', 'server.mjs');
    proxy = await startProxy(join(root, 'engine.sock'), engineSocket ?? '');
    registry = await startRegistry(null);
    await start();
  });
  afterEach(async () => {
    for (const { uuid } of await list()) await call('DELETE', `/v1/containers/${uuid}`);
    expect(await leftovers()).toEqual({ containers: [], records: [] });
  });
  afterAll(async () => {
    await kill('SIGTERM');
    await Promise.all([proxy.close(), registry.close()]);
    await rm(root, { recursive: true, force: true });
  });

  /** Starts the server and waits until it answers. */
  async function start(): Promise<void> {
    const words = ['--state', root, '--homes', join(root, 'homes'), '--socket', join(root, 'sock')];
    server = spawn(process.execPath, [program, ...words, '--engine', 'docker'], {
      env: { PATH: process.env['PATH'], HOME: root, DOCKER_HOST: `unix://${proxy.socket}` },
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    });
    const said = await new Promise<string>((resolve) => {
      let text = '';
      server.stdio[3]?.on('data', (bytes: Buffer) => {
        text += bytes.toString('utf8');
      });
      server.stdio[3]?.once('close', () => resolve(text));
    });
    if (!said.startsWith('ready')) throw new Error(said);
  }

  function kill(signal: NodeJS.Signals): Promise<void> {
    const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()));
    server.kill(signal);
    return ended;
  }

  /** Kills the server at a point of its talk with the engine, while it does what is asked of it; starts it again. */
  async function killAt(
    request: RegExp,
    when: 'before' | 'after',
    asked: () => Promise<unknown>,
  ): Promise<void> {
    const dead = new Promise<void>((resolve) => {
      proxy.cutAt({ request, when }, () => void kill('SIGKILL').then(resolve));
    });
    await Promise.all([dead, asked().catch(() => undefined)]);
    await start();
  }

  async function call(method: 'GET' | 'POST' | 'DELETE', path: string, json?: unknown): Promise<unknown> {
    const http = unixHttp(join(root, 'sock'), 'test');
    const { status, text } = await http({
      ...{ method, url: `http://localhost${path}`, timeoutSeconds: 60 },
      ...(json === undefined ? {} : { json }),
    });
    if (status >= 400) throw new Error(`${status} ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  }

  const list = async () => z.parse(z.array(containerSchema), await call('GET', '/v1/containers'));
  const create = (name: string, image = busyboxImage) =>
    call('POST', '/v1/containers', { server_name: name, docker_image: image });
  const running = (name: string) =>
    patiently(`${name} runs`, async () => {
      const boxes = await list();
      return boxes.length === 1 && boxes[0]?.server_name === name && boxes[0].status === 'running';
    });

  /** What the engine and the state directory still hold. */
  async function leftovers() {
    const id = (await readFile(join(root, 'docker', 'server-id'), 'utf8')).trim();
    return {
      containers: await containersOf(id),
      records: await readdir(join(root, 'docker', 'boxes')),
    };
  }

  test.each([
    ['before it asks for the container', /^POST .*\/containers\/create/, 'before'],
    ['when the container is there and it does not know', /^POST .*\/containers\/create/, 'after'],
    ['before it starts the container', /^POST .*\/start$/, 'before'],
    ['when the container has started and it does not know', /^POST .*\/start$/, 'after'],
  ] as const)('in the middle of a deploy, %s, has one box that runs', async (_when, request, when) => {
    await killAt(request, when, () => create('deployed'));
    await running('deployed');
    expect((await leftovers()).containers).toHaveLength(1);
  });

  test('in the middle of a pull goes on with it', async () => {
    registry.publish('app', '1', [...busyboxFiles(), { path: 'version', content: 'pulled\n' }]);
    const letGo = registry.hold();
    await create('pulled', `${registry.host}/app:1`);
    await patiently('a layer is asked for', () =>
      registry.requests.some(({ line }) => line.includes('/blobs/')),
    );
    await kill('SIGKILL');
    await start();
    expect(await list()).toMatchObject([
      { server_name: 'pulled', status: expect.stringMatching(/pulling|creating/) },
    ]);
    letGo();
    await running('pulled');
  });

  test('in the middle of a pull that is then deleted leaves nothing', async () => {
    registry.publish('app', '2', [...busyboxFiles(), { path: 'version', content: 'never\n' }]);
    const letGo = registry.hold();
    await create('dropped', `${registry.host}/app:2`);
    await kill('SIGKILL');
    await start();
    for (const { uuid } of await list()) await call('DELETE', `/v1/containers/${uuid}`);
    expect(await list()).toEqual([]);
    letGo();
  });

  test.each([
    ['before', 'before'],
    ['after', 'after'],
  ] as const)('%s it has removed the container of a box that is deleted, has no box', async (_name, when) => {
    await create('deleted');
    await running('deleted');
    const [box] = await list();
    await killAt(/^DELETE .*\/containers\//, when, () => call('DELETE', `/v1/containers/${box?.uuid}`));
    await patiently('it is gone', async () => (await list()).length === 0);
    expect((await leftovers()).containers).toEqual([]);
  });

  test('while it stops a box has it stopped', async () => {
    await create('stopping');
    await running('stopping');
    const [box] = await list();
    await killAt(/^POST .*\/stop/, 'before', () => call('POST', `/v1/containers/${box?.uuid}/stop`));
    await patiently('it is stopped', async () => (await list())[0]?.status === 'stopped');
  });

  test('between removing and starting what a box is made anew from, has one that runs', async () => {
    await create('anew');
    await running('anew');
    const [box] = await list();
    await killAt(/^POST .*\/start$/, 'before', () => call('POST', `/v1/containers/${box?.uuid}/redeploy`));
    await running('anew');
    expect((await list())[0]?.uuid).toBe(box?.uuid);
    expect((await leftovers()).containers).toHaveLength(1);
  });

  test('whose engine is gone says so, promises nothing, and goes on when it is there again', async () => {
    await create('lonely');
    await running('lonely');
    await proxy.close();
    await expect(list()).rejects.toThrow(/^503 .*does not answer/);
    await expect(create('later')).rejects.toThrow(/^503 /);
    proxy = await startProxy(join(root, 'engine.sock'), engineSocket ?? '');
    expect(await list()).toMatchObject([{ server_name: 'lonely', status: 'running' }]);
  });

  test('in the middle of a command ends what nobody attends any more', async () => {
    await create('worker');
    await running('worker');
    const [box] = await list();
    const exec = (command: string, timeout: number) =>
      call('POST', `/v1/containers/${box?.uuid}/exec`, { command, timeout });
    const cut = exec('touch /tmp/began; sleep 4321 & sleep 4321', 300).catch(() => undefined);
    const sleepers = async (): Promise<string> => {
      const script =
        'for d in /proc/[0-9]*; do tr "\\0" " " < $d/cmdline; echo; done 2>/dev/null | grep -c "^sleep 4321"; ls /tmp';
      return z.parse(z.object({ stdout: z.string() }), await exec(script, 60)).stdout;
    };
    await patiently('it has begun', async () => (await sleepers()) === '2\nbegan\n');
    await kill('SIGKILL');
    await cut;
    await start();
    await patiently('it is gone', async () => (await sleepers()) === '0\nbegan\n');
  });
});
