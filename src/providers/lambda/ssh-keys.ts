import type { SshKeysFacet } from '../facets/ssh-keys.ts';
import { sshKeyOf } from './catalogue.ts';
import type { Changed, LambdaClient } from './client.ts';
import { outcomeUnknown } from './errors.ts';
import * as wire from './wire.ts';

/** The account's registered SSH keys. */
export function sshKeysOf(client: LambdaClient): SshKeysFacet {
  return {
    list: async () => (await client.get('/ssh-keys', wire.sshKeys)).map(sshKeyOf),

    async add({ name, publicKey }) {
      const body = { name, public_key: publicKey };
      return sshKeyOf(done(await client.change('POST', '/ssh-keys', body, wire.sshKey), `${name} was added`));
    },

    async remove(id) {
      const path = `/ssh-keys/${encodeURIComponent(id)}`;
      done(await client.change('DELETE', path, undefined, wire.nothing), `${id} was deleted`);
    },
  };
}

/** @throws DevboxError; of kind `outcome-unknown` where the answer was lost. */
function done<T>(changed: Changed<T>, what: string): T {
  switch (changed.outcome) {
    case 'done':
      return changed.value;
    case 'refused':
      throw changed.error;
    case 'lost':
      throw outcomeUnknown(changed.error, `It is not known whether the SSH key ${what}.`, {
        hint: 'See what there is: devbox ssh_keys',
      });
  }
}
