import type { SshKeysFacet } from '../facets/ssh-keys.ts';
import { sshKeyOf } from './catalogue.ts';
import type { LambdaClient } from './client.ts';
import { settle } from './settle.ts';
import * as wire from './wire.ts';

const look = 'devbox ssh_keys';

/** The account's registered SSH keys. */
export function sshKeysOf(client: LambdaClient): SshKeysFacet {
  const add = <T>(body: Readonly<Record<string, string>>, schema: Parameters<typeof client.change<T>>[3]) =>
    client.change('POST', '/ssh-keys', body, schema);
  return {
    under: (signal) => sshKeysOf(client.under(signal)),

    list: async () => (await client.get('/ssh-keys', wire.sshKeys)).map(sshKeyOf),

    async add({ name, publicKey }) {
      const changed = await add({ name, public_key: publicKey }, wire.sshKey);
      return sshKeyOf(settle(changed, `the SSH key ${name} was added`, look));
    },

    // Without a public half, the server makes both.
    async generate(name) {
      const made = settle(await add({ name }, wire.generatedKey), `the SSH key ${name} was made`, look);
      return { key: sshKeyOf(made), privateKey: made.private_key };
    },

    async remove(id) {
      const path = `/ssh-keys/${encodeURIComponent(id)}`;
      settle(
        await client.change('DELETE', path, undefined, wire.nothing),
        `the SSH key ${id} was deleted`,
        look,
      );
    },
  };
}
