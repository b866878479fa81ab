import { describe, expect, test } from '@jest/globals';
import * as z from 'zod/mini';
import { addressOf, givenSocketAddress } from '../../../src/providers/gpulab/address.ts';
import { gpulabApiSchema } from '../../../src/providers/gpulab/schema.ts';

const problemsOf = (settings: Readonly<Record<string, unknown>>): string[] =>
  (
    z.safeParse(gpulabApiSchema(), { provider: 'gpulab', base_url: 'https://gpulab.ai/api', ...settings })
      .error?.issues ?? []
  ).map(({ path, message }) => `${path.join('.')} ${message}`);

describe('settings', () => {
  test('have defaults', () => {
    expect(z.parse(gpulabApiSchema(), { provider: 'gpulab', base_url: 'https://gpulab.ai/api' })).toEqual({
      provider: 'gpulab',
      base_url: 'https://gpulab.ai/api',
      api_key: null,
      timeout: 30,
      insecure: false,
    });
  });

  test.each([
    'https://gpulab.ai/api',
    'https://gpulab.ai/api/',
    'http://127.0.0.1:8420',
    'http://localhost:8420/api',
    'http://[::1]:8420',
    'unix:/run/user/1000/boxes with spaces.sock',
  ])('take the address %s', (base_url) => {
    expect(problemsOf({ base_url })).toEqual([]);
  });

  test.each([
    ['http://gpulab.ai/api', /https:.*insecure=true/],
    ['http://127.0.0.1.evil.example', /https:/],
    ['http://localhost.evil.example', /https:/],
    ['ws://127.0.0.1', /https:/],
    ['ftp://127.0.0.1', /https:/],
    ['gpulab.ai', /is not an address/],
    ['', /is not an address/],
    ['unix:boxes.sock', /absolute path/],
    ['https://user:word@gpulab.ai', /user name or password/],
    ['https://gpulab.ai/?x=1', /no \?/],
  ])('refuse the address %s', (base_url, problem) => {
    expect(problemsOf({ base_url })).toEqual([expect.stringMatching(problem)]);
  });

  test('let plain http go elsewhere where that was asked for, and nothing else', () => {
    expect(problemsOf({ base_url: 'http://gpulab.ai/api', insecure: true })).toEqual([]);
    expect(problemsOf({ base_url: 'ftp://gpulab.ai/api', insecure: true })).toHaveLength(1);
    expect(problemsOf({ insecure: 'yes' })).toHaveLength(1);
    expect(problemsOf({ timeout: 0 })).toHaveLength(1);
    expect(problemsOf({ retries: 3 })).toHaveLength(1);
  });
});

test.each([
  ['https://GPULab.ai/api//', 'https://gpulab.ai/api', null, false],
  ['http://127.0.0.1:8420/', 'http://127.0.0.1:8420', null, true],
  ['unix:/run/boxes.sock', 'http://localhost', '/run/boxes.sock', true],
])('%s is spoken to at %s', (text, baseUrl, socket, isLocal) => {
  expect(addressOf(text)).toMatchObject({ baseUrl, socket, isLocal });
});

describe('an address of a WebSocket that a server gave', () => {
  test.each([
    ['https://t.example/secret/ws', false, 'wss://t.example/secret/ws'],
    ['wss://t.example/secret/ws', false, 'wss://t.example/secret/ws'],
    ['http://127.0.0.1:7681/secret/ws', false, 'ws://127.0.0.1:7681/secret/ws'],
    ['http://t.example/secret/ws', true, 'ws://t.example/secret/ws'],
  ])('%s is used (insecure: %s)', (given, insecure, used) => {
    expect(givenSocketAddress(given, { insecure })).toBe(used);
  });

  test.each(['http://t.example/secret/ws', 'ws://t.example/secret/ws', 'file:///secret', 'secret'])(
    '%s is refused, without showing what may be secret',
    (given) => {
      let error: unknown;
      try {
        givenSocketAddress(given, { insecure: false });
      } catch (thrown) {
        error = thrown;
      }
      expect(error).toMatchObject({
        code: 'gpulab/insecure-address',
        message: expect.not.stringContaining('secret'),
      });
    },
  );
});
