import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Changed } from '../../../src/providers/lambda/client.ts';
import { launchAnswer, launchBody } from '../../../src/providers/lambda/launch.ts';
import { errorOf, launchRequest } from './open.ts';

let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'devbox-launch-'));
  await writeFile(join(folder, 'own.yaml'), '#cloud-config\nruncmd: []\n');
});

afterAll(() => rm(folder, { recursive: true }));

const bodyOf = (...request: Parameters<typeof launchRequest>) =>
  launchBody(launchRequest(...request), { cwd: folder, home: folder });

describe('launchBody', () => {
  test('asks for one instance with exactly one key, and has no quantity', async () => {
    expect(await bodyOf({ quantity: 3 })).toEqual({
      region_name: 'us-east-3',
      instance_type_name: 'gpu_1x_gh200',
      ssh_key_names: ['default'],
      name: 'gh200-devbox',
      hostname: 'dbx-000000000000',
      tags: [{ key: 'devbox-lease', value: 'dbx_000000000000' }],
    });
  });

  test('names filesystem and image, and sends tags as a list', async () => {
    const settings = { filesystem_name: 'devbox', image_id: 'e57d5fc7' };
    expect(await bodyOf(settings, { tags: { team: 'ml', 'cost-centre': '17' } })).toMatchObject({
      file_system_names: ['devbox'],
      image: { id: 'e57d5fc7' },
      tags: [
        { key: 'team', value: 'ml' },
        { key: 'cost-centre', value: '17' },
        { key: 'devbox-lease', value: 'dbx_000000000000' },
      ],
    });
  });

  test('an image can be meant by its family', async () => {
    expect(await bodyOf({ image_family: 'lambda-stack-24-04' })).toMatchObject({
      image: { family: 'lambda-stack-24-04' },
    });
    const both = await errorOf(bodyOf({ image_family: 'x', image_id: 'y' }));
    expect(both).toMatchObject({ kind: 'usage', message: expect.stringContaining('both set') });
  });

  test('user data is plain text, never base64', async () => {
    const own = await bodyOf({ cloud_init: { enabled: true, file: null } });
    expect(own['user_data']).toMatch(/^#cloud-config\n/);
    const file = await bodyOf({ cloud_init: { enabled: true, file: 'own.yaml' } });
    expect(file['user_data']).toBe('#cloud-config\nruncmd: []\n');
    const home = await bodyOf({ cloud_init: { enabled: true, file: '~/own.yaml' } });
    expect(home['user_data']).toBe('#cloud-config\nruncmd: []\n');
  });

  test('cloud-init that is switched off sends none', async () => {
    expect(await bodyOf({ cloud_init: { enabled: false, file: null } })).not.toHaveProperty('user_data');
  });

  test.each([
    { settings: {}, request: { tags: { Team: 'ml' } }, message: /^tags.Team must begin with a letter/ },
    { settings: {}, request: { tags: { team: 'x'.repeat(129) } }, message: /^tags.team is longer than 128/ },
    { settings: {}, request: { name: 'n'.repeat(65) }, message: /^instance_name is longer than 64/ },
    { settings: { region: null }, request: {}, message: /^region must name a region/ },
    { settings: { ssh_key_name: '' }, request: {}, message: /^ssh_key_name must name one SSH key/ },
  ])('$message is a usage error before any request', async ({ settings, request, message }) => {
    const error = await errorOf(bodyOf(settings, request));
    expect(error).toMatchObject({ kind: 'usage', message: expect.stringMatching(message) });
  });

  test('a name of 64 characters, however wide, fits', async () => {
    expect(await bodyOf({}, { name: '🦊'.repeat(64) })).toHaveProperty('name');
  });
});

describe('launchAnswer', () => {
  const done = (...instance_ids: string[]): Changed<{ instance_ids: string[] }> => ({
    outcome: 'done',
    value: { instance_ids },
  });

  test('one instance ID is a launch', () => {
    expect(launchAnswer(done('abc'))).toEqual({ outcome: 'launched', id: 'abc' });
  });

  test.each([{ ids: [] }, { ids: [''] }, { ids: ['a', 'b'] }])(
    'the IDs $ids leave the outcome unknown, which is no success',
    ({ ids }) => {
      expect(launchAnswer(done(...ids))).toMatchObject({
        outcome: 'lost',
        error: { kind: 'outcome-unknown', code: 'lambda/no-instance-id' },
      });
    },
  );
});
