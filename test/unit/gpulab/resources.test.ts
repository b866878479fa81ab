import { describe, expect, test } from '@jest/globals';
import { json, published } from './published.ts';

const at = 'http://server/v1';
const template = { templateUuid: 'abcde12345', name: 'pytorch', dockerImage: 'a/b:1' };

describe('GPUs of a server with the published API alone', () => {
  test('kinds: prices may be texts, and what is not said is null', async () => {
    const { provider } = published({
      [`GET ${at}/gpus/types`]: json(200, [
        { gpu_name: 'RTX 4090', gpu_total_memory: 24_564, gpu_price: '0.69', available_count: 3 },
        { gpu_name: 'Odd\u001b[31m', gpu_price: '' },
      ]),
    });
    expect(await provider.gpus.types()).toEqual([
      { name: 'RTX 4090', memoryMb: 24_564, priceCentsPerHour: 69, available: 3 },
      { name: 'Odd', memoryMb: null, priceCentsPerHour: null, available: null },
    ]);
  });

  test('what is free', async () => {
    const { provider } = published({
      [`GET ${at}/gpus/available`]: json(200, {
        total_available: 2,
        summary: [{ count: 2, gpu_name: 'A100', memory_mb: 81_920, price: 1.5 }],
        gpus: [{ anything: true }],
      }),
    });
    expect(await provider.gpus.available()).toEqual([
      { name: 'A100', memoryMb: 81_920, priceCentsPerHour: 150, available: 2 },
    ]);
  });
});

describe('templates of a server with the published API alone', () => {
  test('come from all pages', async () => {
    const page = (number: number) =>
      json(200, {
        data: [{ ...template, name: `t${number}` }],
        meta: { current_page: number, last_page: 3 },
      });
    const { provider, sent } = published({
      [`GET ${at}/templates?page=1`]: page(1),
      [`GET ${at}/templates?page=2`]: page(2),
      [`GET ${at}/templates?page=3`]: page(3),
    });
    expect((await provider.templates.list()).map(({ name }) => name)).toEqual(['t1', 't2', 't3']);
    expect(sent.filter(([call]) => call.includes('/templates'))).toHaveLength(3);
  });

  test.each([
    ['no meta', { data: [template] }],
    ['a meta that is a list', { data: [template], meta: [] }],
    ['no last page', { data: [template], meta: { current_page: 1 } }],
  ])('end with the page that has %s', async (_what, answer) => {
    const { provider } = published({ [`GET ${at}/templates?page=1`]: json(200, answer) });
    expect(await provider.templates.list()).toHaveLength(1);
  });

  test('end, also where the server never does', async () => {
    const endless = json(200, { data: [template], meta: { last_page: 1_000_000 } });
    const answers = Array.from({ length: 200 }, (_, index) => [
      `GET ${at}/templates?page=${index + 1}`,
      endless,
    ]);
    const { provider } = published(Object.fromEntries(answers));
    await expect(provider.templates.list()).rejects.toMatchObject({ code: 'gpulab/endless-list' });
  });

  test.each([
    ['a mapping', { A: '1', B: 'x=y' }, { A: '1', B: 'x=y' }],
    ['lines of text', 'A=1\nB=x=y\r\n\nnonsense\n', { A: '1', B: 'x=y' }],
    ['an empty list', [], {}],
    ['null', null, {}],
  ])('have their variables from %s', async (_what, environmentVariables, env) => {
    const { provider } = published({
      [`GET ${at}/templates/abcde12345`]: json(200, { data: { ...template, environmentVariables } }),
    });
    expect(await provider.templates.get('abcde12345')).toMatchObject({ env });
  });

  test('sizes may be texts', async () => {
    const { provider } = published({
      [`GET ${at}/templates/abcde12345`]: json(200, {
        data: { ...template, containerDiskSize: '20', volumeDiskSize: 5, memoryLimit: null },
      }),
    });
    expect(await provider.templates.get('abcde12345')).toMatchObject({
      diskGb: 20,
      volumeDiskGb: 5,
      memoryGb: null,
    });
  });

  test('are changed with the keys of the request, only those that are said', async () => {
    const { provider, sent } = published({
      [`PUT ${at}/templates/a%2Fb`]: json(200, { data: template }),
    });
    await provider.templates.edit('a/b', { image: 'c:2', ports: '', memoryGb: 4 });
    expect(sent.at(-1)?.[1]).toEqual({ docker_image: 'c:2', exposed_ports: '', memory_limit: 4 });
  });

  test('a bare object where an envelope belongs is an error, not an empty template', async () => {
    const { provider } = published({ [`GET ${at}/templates/abcde12345`]: json(200, template) });
    await expect(provider.templates.get('abcde12345')).rejects.toMatchObject({
      code: 'gpulab/unexpected-answer',
    });
  });
});

describe('credentials and SSH keys of a server with the published API alone', () => {
  test('a credential without a registry is one of Docker Hub', async () => {
    const { provider, sent } = published({
      [`POST ${at}/credentials`]: json(201, { data: { id: 7, registry: 'docker.io', username: 'me' } }),
    });
    const added = await provider.credentials.add({ registry: undefined, username: 'me', password: 'pw' });
    expect(added).toEqual({ id: 7, registry: 'docker.io', username: 'me', createdAt: '' });
    expect(sent.at(-1)?.[1]).toEqual({ registry: 'docker.io', username: 'me', password: 'pw' });
  });

  test.each([
    ['in an envelope', { data: [{ id: 1, name: 'n', public_key: 'ssh-ed25519 A' }] }],
    ['bare', [{ id: '1', name: 'n', key: 'ssh-ed25519 A' }]],
  ])('keys are understood %s', async (_what, answer) => {
    const { provider } = published({ [`GET ${at}/ssh-keys`]: json(200, answer) });
    expect(await provider.sshKeys.list()).toEqual([{ id: '1', name: 'n', publicKey: 'ssh-ed25519 A' }]);
  });
});
