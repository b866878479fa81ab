import { describe, expect, it } from '@jest/globals';
import { DevboxError } from '../../../src/base/errors.ts';
import { registerKey } from '../../../src/commands/up/register-key.ts';
import type { SshKey, SshKeysFacet } from '../../../src/providers/facets/ssh-keys.ts';
import { makeKeyPair } from '../../../src/remote/keys/key-pair.ts';

const key = { name: 'devbox-dbx-0123456789ab', publicKey: makeKeyPair('mine').publicKey };

/** A provider's keys; `answer` is what becomes of an upload, before or after it happened. */
function keysWith(known: SshKey[], answer?: 'lost-before' | 'lost-after'): SshKeysFacet & { added: number } {
  const facet = {
    added: 0,
    list: async () => [...known],
    async add(one: { readonly name: string; readonly publicKey: string }) {
      facet.added += 1;
      const made = { id: String(known.length), ...one };
      if (answer !== 'lost-before') known.push(made);
      if (answer) throw new DevboxError('outcome-unknown', 'no answer', { code: 'test' });
      return made;
    },
    remove: async () => undefined,
  };
  return facet;
}

describe('registering a key', () => {
  it('adds it', async () => {
    const keys = keysWith([]);
    await registerKey(keys, key);
    expect(await keys.list()).toMatchObject([key]);
  });

  it('uses the same one that is there already, whatever its comment says', async () => {
    const keys = keysWith([
      { id: '7', ...key, publicKey: key.publicKey.replace(/mine$/, 'of the provider') },
    ]);
    await registerKey(keys, key);
    expect(keys.added).toBe(0);
  });

  it('refuses another one of its name, and says which', async () => {
    const keys = keysWith([{ id: '7', name: key.name, publicKey: makeKeyPair('theirs').publicKey }]);
    await expect(registerKey(keys, key)).rejects.toMatchObject({
      code: 'up/other-ssh-key',
      details: [{ label: 'Key', value: `${key.name} (ID 7)` }],
    });
    expect(keys.added).toBe(0);
  });

  it('looks after a lost answer, and sends it once more where it is not there', async () => {
    const arrived = keysWith([], 'lost-after');
    await registerKey(arrived, key);
    expect(arrived.added).toBe(1);
    const lost = keysWith([], 'lost-before');
    await expect(registerKey(lost, key)).rejects.toMatchObject({
      kind: 'outcome-unknown',
      message: expect.stringContaining('Nothing was launched'),
    });
    expect(lost.added).toBe(2);
  });
});
