import { chmodSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { addressOf } from '../../../src/providers/gpulab/address.ts';
import { findKey, neededKey } from '../../../src/providers/gpulab/key.ts';
import { forgetKey, keyFile, readStoredKey, storeKey } from '../../../src/providers/gpulab/key-store.ts';
import { testContext } from '../../support/test-context.ts';
import { makeTree, type Tree } from '../../support/tree.ts';

const hosted = addressOf('https://gpulab.ai/api/');
const own = addressOf('https://gpu.example:8443');

let tree: Tree;
beforeEach(() => {
  tree = makeTree({});
});
afterEach(() => tree.remove());

const paths = () => testContext(tree.path).paths;
const modeOf = (path: string): number => statSync(path).mode & 0o777;

describe('stored keys', () => {
  test('are the owner’s alone, one file for each server, and the last one counts', async () => {
    const file = await storeKey(paths(), hosted, 'first');
    await storeKey(paths(), hosted, 'second');
    await storeKey(paths(), own, 'other');
    expect([modeOf(file), modeOf(dirname(file))]).toEqual([0o600, 0o700]);
    expect(await readStoredKey(paths(), hosted)).toEqual({ key: 'second', file });
    expect((await readStoredKey(paths(), own))?.key).toBe('other');
    expect(readdirSync(dirname(file))).toHaveLength(2);
  });

  test('are the same for an address with a slash at its end, or in capitals', async () => {
    await storeKey(paths(), hosted, 'key');
    for (const same of ['https://gpulab.ai/api', 'https://GPULAB.ai/api//', 'https://gpulab.ai:443/api']) {
      expect((await readStoredKey(paths(), addressOf(same)))?.key).toBe('key');
    }
    for (const other of [
      'https://gpulab.ai',
      'https://gpulab.ai/API',
      'http://gpulab.ai/api',
      'https://gpulab.ai.evil.example/api',
    ]) {
      expect(await readStoredKey(paths(), addressOf(other))).toBeNull();
    }
  });

  test('that others could read are narrowed', async () => {
    const file = await storeKey(paths(), hosted, 'key');
    chmodSync(file, 0o644);
    chmodSync(dirname(file), 0o755);
    expect((await readStoredKey(paths(), hosted))?.key).toBe('key');
    expect(modeOf(file)).toBe(0o600);
    await storeKey(paths(), hosted, 'key');
    expect(modeOf(dirname(file))).toBe(0o700);
  });

  test('are forgotten', async () => {
    await storeKey(paths(), hosted, 'key');
    expect(await forgetKey(paths(), hosted)).toBe(true);
    expect(await forgetKey(paths(), hosted)).toBe(false);
    expect(await readStoredKey(paths(), hosted)).toBeNull();
  });

  test.each([
    ['nothing', ''],
    ['half of one', '{"base_url": "https://gpulab.ai/api", "api_'],
    ['no key', '{"base_url": "https://gpulab.ai/api", "api_key": " "}'],
    ['the key of another server', '{"base_url": "https://evil.example", "api_key": "key"}'],
  ])('of which the file holds %s are an error, and no missing key', async (_what, content) => {
    const file = keyFile(paths(), hosted);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
    await expect(readStoredKey(paths(), hosted)).rejects.toMatchObject({
      code: 'gpulab/broken-key-file',
      details: [{ label: 'File', value: file }],
    });
    expect(await forgetKey(paths(), hosted)).toBe(true);
  });
});

describe('the key for a server', () => {
  const find = (configured: string | null, env: Readonly<Record<string, string>> = {}, input = '') => {
    const stream = new PassThrough();
    stream.end(input);
    return findKey(configured, hosted, testContext(tree.path, { env, stdin: { stream, isTTY: false } }));
  };
  const environment = { GPULAB_API_KEY: ' of-the-environment\n' };

  test('is what was given, else that of the environment, else the stored one', async () => {
    expect(await find(null)).toBeNull();
    const file = await storeKey(paths(), hosted, 'stored');
    expect(await find('given', environment)).toMatchObject({ text: 'given', kind: 'given' });
    expect(await find(null, environment)).toMatchObject({
      text: 'of-the-environment',
      source: 'the environment variable GPULAB_API_KEY',
      kind: 'environment',
    });
    expect(await find(null, { GPULAB_API_KEY: ' ' })).toEqual({
      text: 'stored',
      source: file,
      kind: 'stored',
    });
    expect(await find('', {})).toMatchObject({ kind: 'stored' });
  });

  test.each([
    ['with its line', 'from-stdin\nmore\n'],
    ['without a line break', 'from-stdin'],
    ['with what Windows writes', 'from-stdin\r\n'],
  ])('is read from standard input, %s', async (_what, input) => {
    expect(await find('-', environment, input)).toMatchObject({
      text: 'from-stdin',
      source: 'standard input',
    });
  });

  test('that is empty on standard input is an error', async () => {
    await expect(find('-', environment, '')).rejects.toMatchObject({
      kind: 'usage',
      code: 'gpulab/empty-key',
    });
  });

  test('is read once, and leaves what follows it', async () => {
    const stream = new PassThrough();
    stream.end('key\nthe rest\n');
    const context = testContext(tree.path, { stdin: { stream, isTTY: false } });
    expect((await findKey('-', hosted, context))?.text).toBe('key');
    expect((await findKey('-', hosted, context))?.text).toBe('key');
    expect(stream.read()?.toString()).toBe('the rest\n');
  });

  test('is not judged by its looks, unless it cannot be sent', async () => {
    expect(await find('x y?!')).toMatchObject({ text: 'x y?!' });
    for (const key of ['two\nlines', 'schl\u00fcssel', 'nul\0']) {
      await expect(find(key)).rejects.toMatchObject({ code: 'gpulab/unsendable-key' });
    }
  });

  test('is needed, but on this machine', () => {
    expect(() => neededKey(null, hosted)).toThrow(expect.objectContaining({ kind: 'unauthorised' }));
    for (const local of ['http://127.0.0.1:8420', 'https://localhost', 'unix:/run/boxes.sock']) {
      expect(neededKey(null, addressOf(local))).toBe('');
    }
  });
});
