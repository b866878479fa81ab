import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { openDockerEngine } from '../../../src/server/engine/docker/open.ts';
import type { BoxSpec, Engine, EngineBox, ImageSpec } from '../../../src/server/engine/engine.ts';
import {
  ask,
  busyboxFiles,
  busyboxImage,
  containersOf,
  endingImage,
  engineSocket,
  makeImages,
  sayIfSkipped,
  shelllessImage,
} from '../../support/podman/engine.ts';
import { type Registry, startRegistry } from '../../support/podman/registry.ts';
import { openContainers } from './containers.ts';
import { patiently, run, settled } from './engine-box.ts';

sayIfSkipped();
// A busy machine takes its time with containers.
jest.setTimeout(120_000);
const password = 'a-password-of-a-registry';
const withEngine = engineSocket === undefined ? describe.skip : describe;

withEngine('boxes as containers', () => {
  let root: string;
  let engine: Engine;
  let server: string;
  let registry: Registry;
  const reports: string[] = [];

  const spec = (name: string, image: Partial<ImageSpec> = {}, part: Partial<BoxSpec> = {}): BoxSpec => ({
    ...{ name, env: {}, command: null, tags: {}, template: null, ports: [], memoryGb: null },
    image: { reference: busyboxImage, pull: 'cached', credential: null, ...image },
    ...{ gpus: [], mounts: [] },
    ...part,
  });
  const up = async (wanted: BoxSpec): Promise<EngineBox> => settled(engine, (await engine.create(wanted)).id);
  const containers = () => containersOf(server);
  const versioned = (text: string) => [...busyboxFiles(), { path: 'version', content: `${text}\n` }];
  const version = async (box: EngineBox): Promise<string> =>
    (await run(engine, box, ['cat', '/version'])).out.toString().trim();

  beforeAll(async () => {
    await makeImages();
    root = await mkdtemp(join(tmpdir(), 'devbox-containers-'));
    registry = await startRegistry({ username: 'someone', password });
    const credentials = new Map([
      [1, { registry: `http://${registry.host}/v2/`, username: 'someone', password }],
      [2, { registry: registry.host, username: 'someone', password: 'not-the-right-one' }],
      [3, { registry: 'ghcr.io', username: 'someone', password }],
    ]);
    engine = await openContainers(root, {
      credential: async (id) => {
        const found = credentials.get(id);
        return found && { id, createdAt: 0, ...found };
      },
      report: (line) => reports.push(line),
    });
    server = (await readFile(join(root, 'docker', 'server-id'), 'utf8')).trim();
  });
  afterEach(async () => {
    for (const { id } of await engine.list()) await engine.remove(id, { purge: true });
    expect(await containers()).toEqual([]);
    expect(await readdir(join(root, 'docker', 'boxes'))).toEqual([]);
  });
  afterAll(async () => {
    await registry.close();
    await rm(root, { recursive: true, force: true });
  });

  describe('images', () => {
    test('are pulled with a credential, which nobody gets to see', async () => {
      registry.publish('team/app', '1', versioned('one'));
      const reference = `${registry.host}/team/app:1`;
      const letGo = registry.hold();
      const made = await engine.create(spec('private', { reference, credential: 1 }));
      await patiently('it pulls', async () => (await engine.get(made.id)).status === 'pulling');
      await expect(engine.exec(made.id, ['true'])).rejects.toMatchObject({ status: 409 });
      await expect(engine.stop(made.id)).rejects.toMatchObject({ status: 409 });
      letGo();
      const box = await settled(engine, made.id);
      expect(box).toMatchObject({ status: 'running', failure: null });
      expect(await version(box)).toBe('one');
      const log = await engine.deployLog(box.id);
      expect(log).toContain(`pulling ${reference}`);
      expect(log).toMatch(/running\n$/);
      const [id] = await containers();
      const { text } = await ask('GET', `/containers/${id}/json`);
      for (const place of [text, log, ...reports]) {
        expect(place).not.toContain(password);
        expect(place).not.toContain(Buffer.from(`someone:${password}`).toString('base64'));
      }
    });

    test('that cannot be pulled make a box that failed, and that can be tried again', async () => {
      const reference = `${registry.host}/team/late:1`;
      const box = await up(spec('late', { reference, credential: 1 }));
      expect(box).toMatchObject({ status: 'failed', startedAt: null });
      expect(box.failure).toContain(reference);
      expect(await engine.deployLog(box.id)).toContain('failed: ');
      expect(
        (await engine.logs(box.id, { tail: 5, since: null, after: null, stream: null })).entries,
      ).toEqual([]);
      registry.publish('team/late', '1', versioned('late'));
      await engine.start(box.id);
      expect(await settled(engine, box.id)).toMatchObject({ status: 'running', createdAt: box.createdAt });
    });

    test('are not had with a wrong password, whose failure does not tell it', async () => {
      registry.publish('team/locked', '1', versioned('x'));
      const box = await up(spec('locked', { reference: `${registry.host}/team/locked:1`, credential: 2 }));
      expect(box.status).toBe('failed');
      expect(`${box.failure}${await engine.deployLog(box.id)}`).not.toContain('not-the-right-one');
    });

    test('get no credential of another registry', async () => {
      const before = registry.requests.length;
      const box = await up(
        spec('foreign', { reference: `${registry.host}/team/app:1`, credential: 3, pull: 'latest' }),
      );
      expect(box.status).toBe('failed');
      expect(box.failure).toMatch(/credential 3 is for ghcr\.io/);
      expect(registry.requests.slice(before)).toEqual([]);
    });

    test('stay as they are when cached, and are looked for anew as latest', async () => {
      registry.publish('team/moving', 'v', versioned('old'));
      const image = { reference: `${registry.host}/team/moving:v`, credential: 1 };
      const latest = await up(spec('latest', { ...image, pull: 'latest' }));
      expect(await version(latest)).toBe('old');
      registry.publish('team/moving', 'v', versioned('new'));
      expect(await version(await up(spec('cached', image)))).toBe('old');
      await engine.redeploy(latest.id);
      expect(await settled(engine, latest.id)).toMatchObject({ id: latest.id, status: 'running' });
      expect(await version(latest)).toBe('new');
    });

    test('named by digest are exactly that', async () => {
      const digest = registry.publish('team/fixed', 'v', versioned('this'));
      registry.publish('team/fixed', 'v', versioned('another'));
      const reference = `${registry.host}/team/fixed@${digest}`;
      expect(await version(await up(spec('fixed', { reference, pull: 'digest', credential: 1 })))).toBe(
        'this',
      );
      const nowhere = `sha256:${createHash('sha256').update('nothing').digest('hex')}`;
      const missing = {
        reference: `${registry.host}/team/fixed@${nowhere}`,
        pull: 'digest',
        credential: 1,
      } as const;
      expect(await up(spec('missing', missing))).toMatchObject({ status: 'failed' });
    });

    test('of a running box that cannot be pulled again leave it as it is', async () => {
      registry.publish('team/going', 'v', versioned('here'));
      const box = await up(
        spec('going', { reference: `${registry.host}/team/going:v`, pull: 'latest', credential: 1 }),
      );
      await run(engine, box, ['touch', '/here']);
      registry.withdraw('team/going', 'v');
      await engine.redeploy(box.id);
      expect(await settled(engine, box.id)).toMatchObject({ id: box.id, status: 'running' });
      expect((await run(engine, box, ['ls', '/here'])).code).toBe(0);
      expect(await engine.deployLog(box.id)).toMatch(/failed: .*could not be pulled.*\n$/);
    });

    test('whose program ends at once again and again make a box that failed', async () => {
      const { id } = await engine.create(spec('ending', { reference: endingImage }));
      await patiently('it is given up', async () => (await engine.get(id)).status === 'failed');
      expect((await engine.get(id)).failure).toMatch(/5 times in a row, last with status 3/);
      await patiently('it stays so', async () =>
        (await ask('GET', `/containers/${(await containers())[0]}/json`)).text.includes('"Running":false'),
      );
    });

    test('without a shell run, and say what is missing for commands', async () => {
      const box = await up(spec('bare', { reference: shelllessImage }));
      expect(box.status).toBe('running');
      const refused = expect(engine.exec(box.id, ['ls'])).rejects;
      await refused.toMatchObject({
        name: 'CommandNotStarted',
        exitCode: 127,
        message: expect.stringMatching(/no \/bin\/sh/),
      });
      const command = await up(spec('command', { reference: shelllessImage }, { command: 'true' }));
      expect(command).toMatchObject({ status: 'failed', failure: expect.stringContaining('/bin/sh') });
    });
  });

  describe('a container', () => {
    test('opens its ports, at those of the machine that the engine chose', async () => {
      const serveWeb = 'mkdir /w; echo hello > /w/index.html; httpd -f -p 8080 -h /w';
      const box = await up(spec('web', {}, { ports: [8080, 9000], command: serveWeb }));
      expect(box.published.map(({ port }) => port)).toEqual([8080, 9000]);
      const [{ hostPort } = { hostPort: 0 }] = box.published;
      let text = '';
      await patiently('it answers', async () => {
        text = await fetch(`http://127.0.0.1:${hostPort}/`).then(
          (answer) => answer.text(),
          () => '',
        );
        return text !== '';
      });
      expect(text).toBe('hello\n');
    });

    test('has its volumes, which stay when it is made anew and removed', async () => {
      const source = join(root, 'a volume');
      await mkdir(source);
      await writeFile(join(source, 'kept'), 'kept\n');
      const mounts = [{ volume: 'abcdefghij', source, target: '/data' }];
      const box = await up(spec('mounted', {}, { mounts }));
      await run(engine, box, ['sh', '-c', 'cat /data/kept > /data/copied; touch /only-here']);
      await engine.redeploy(box.id);
      await settled(engine, box.id);
      expect((await run(engine, box, ['cat', '/data/copied'])).out.toString()).toBe('kept\n');
      expect((await run(engine, box, ['ls', '/only-here'])).code).not.toBe(0);
      expect((await readdir(source)).sort()).toEqual(['copied', 'kept']);
      expect(await containers()).toHaveLength(1);
    });

    test('has the values of variables once, and not in its labels', async () => {
      const box = await up(spec('secretive', {}, { env: { TOKEN: 'value-of-a-token' } }));
      const { text } = await ask('GET', `/containers/${(await containers())[0]}/json`);
      const { Config } = JSON.parse(text);
      expect(Config.Env).toContain('TOKEN=value-of-a-token');
      expect(JSON.stringify(Config.Labels)).not.toContain('value-of-a-token');
      expect((await engine.get(box.id)).spec.env).toEqual({ TOKEN: 'value-of-a-token' });
    });

    test('that somebody else removed is no box any more, and its name is free', async () => {
      await up(spec('taken-away'));
      for (const id of await containers()) await ask('DELETE', `/containers/${id}?force=true`);
      expect((await up(spec('taken-away'))).status).toBe('running');
      expect(await engine.list()).toHaveLength(1);
    });
  });

  test('servers of one engine do not see each other’s boxes', async () => {
    const box = await up(spec('mine'));
    const other = await openContainers(join(root, 'other'));
    expect(await other.list()).toEqual([]);
    await expect(other.get(box.id)).rejects.toMatchObject({ status: 404 });
    const theirs = await settled(other, (await other.create(spec('mine'))).id);
    expect(await engine.list()).toMatchObject([{ id: box.id }]);
    await other.remove(theirs.id, { purge: true });
  });
});

test('where no engine answers it is said where one was looked for', async () => {
  const options = {
    ...{ state: join(tmpdir(), 'never-made'), graceSeconds: 1, publishHost: '127.0.0.1', defaultImage: 'x' },
    ...{ credential: async () => undefined, now: Date.now, report: () => undefined },
  };
  const nowhere = { env: { DOCKER_HOST: 'unix:///nonexistent/docker.sock' }, home: '/nonexistent', uid: 1 };
  const opened = await openDockerEngine({ ...options, surroundings: nowhere });
  expect(opened).toEqual({
    outcome: 'none',
    why: 'no container engine answers; tried unix:///nonexistent/docker.sock (not there)',
  });
  const odd = { ...nowhere, env: { DOCKER_HOST: 'ssh://somewhere' } };
  expect(await openDockerEngine({ ...options, surroundings: odd })).toMatchObject({
    outcome: 'none',
    why: expect.stringContaining('unix://PATH or tcp://HOST:PORT'),
  });
});
