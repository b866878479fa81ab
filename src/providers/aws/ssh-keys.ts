import {
  DeleteKeyPairCommand,
  DescribeKeyPairsCommand,
  ImportKeyPairCommand,
  type KeyPairInfo,
} from '@aws-sdk/client-ec2';
import { cleanLine } from '../../base/text.ts';
import type { SshKey, SshKeysFacet } from '../facets/ssh-keys.ts';
import type { AwsAccount } from './account.ts';
import { managedBy, managedByTag } from './marks.ts';
import { wireTags } from './tags.ts';

/** The key pairs of the account in its region. */
export function sshKeysOf(account: AwsAccount): SshKeysFacet {
  const list = async (): Promise<SshKey[]> => {
    const { KeyPairs: pairs } = await account.read({ doing: 'Could not list the key pairs' }, (options) =>
      account.ec2.send(new DescribeKeyPairsCommand({ IncludePublicKey: true }), options),
    );
    return (pairs ?? []).map(sshKeyOf);
  };
  return {
    list,

    async add({ name, publicKey }) {
      const made = await account.change({ doing: `Could not import the key pair ${name}`, means }, () =>
        account.ec2.send(
          new ImportKeyPairCommand({
            KeyName: name,
            PublicKeyMaterial: Buffer.from(publicKey),
            TagSpecifications: [{ ResourceType: 'key-pair', Tags: wireTags({ [managedByTag]: managedBy }) }],
          }),
        ),
      );
      return { id: cleanLine(made.KeyPairId ?? '', 60), name, publicKey };
    },

    async remove(id) {
      const key = (await list()).find((one) => one.id === id);
      if (key === undefined) return;
      await account.change({ doing: `Could not delete the key pair ${key.name}` }, () =>
        account.ec2.send(new DeleteKeyPairCommand({ KeyName: key.name })),
      );
    },

    under: (signal) => sshKeysOf(account.under(signal)),
  };
}

function means({ name }: { readonly name: string }) {
  if (name !== 'InvalidKeyPair.Duplicate') return undefined;
  return {
    kind: 'failed',
    hint: 'Choose another name, or delete that one first: devbox ssh-keys rm NAME',
  } as const;
}

function sshKeyOf({ KeyPairId = '', KeyName = '', PublicKey = '' }: KeyPairInfo): SshKey {
  return {
    id: cleanLine(KeyPairId, 60),
    name: cleanLine(KeyName, 300),
    publicKey: cleanLine(PublicKey, 8192),
  };
}
