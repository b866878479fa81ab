import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { DevboxError } from '../../../src/base/errors.ts';
import { generateKey } from '../../../src/commands/ssh-keys/generate.ts';
import type { SshKeysFacet } from '../../../src/providers/facets/ssh-keys.ts';
import { testContext } from '../../support/test-context.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'devbox-key-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const key = { id: '1', name: 'made', publicKey: 'ssh-ed25519 AAAA' };

function facetThat(generate: SshKeysFacet['generate']): SshKeysFacet {
  return {
    list: async () => [],
    add: async () => key,
    remove: async () => undefined,
    ...(generate ? { generate } : {}),
  };
}

const make = (facet: SshKeysFacet, file = 'key') =>
  generateKey('made', file, { name: 'lambda' }, facet, testContext(folder));

it('the file is there, for the user alone, before the key is asked for', async () => {
  const modes: number[] = [];
  const facet = facetThat(async () => {
    modes.push(statSync(join(folder, 'key')).mode & 0o777);
    return { key, privateKey: 'PRIVATE' };
  });
  expect(await make(facet)).toEqual({ key, path: join(folder, 'key') });
  expect(modes).toEqual([0o600]);
  expect(readFileSync(join(folder, 'key'), 'utf8')).toBe('PRIVATE\n');
});

it('goes again where no key was made', async () => {
  const facet = facetThat(async () => {
    throw new DevboxError('failed', 'refused', { code: 'test/refused' });
  });
  await expect(make(facet)).rejects.toThrow('refused');
  expect(existsSync(join(folder, 'key'))).toBe(false);
});

it('a provider that makes none says so, and no file is left', async () => {
  await expect(make(facetThat(undefined))).rejects.toThrow('makes no keys');
  expect(existsSync(join(folder, 'key'))).toBe(false);
});
