import { clip, count } from '../../base/text.ts';
import type { SshKey } from '../../providers/facets/ssh-keys.ts';
import type { View } from '../../ui/view.ts';

/** Longest part of a public key that a card shows; its end is the comment, its start says the kind. */
const shownCharacters = 60;

/** SSH keys by name. */
export function sshKeysView(keys: readonly SshKey[]): View {
  const sorted = [...keys].sort((a, b) => a.name.localeCompare(b.name));
  return {
    cards: sorted.map((key) => ({
      title: key.name,
      rows: [
        { label: 'ID', value: key.id },
        { label: 'Public Key', value: clip(key.publicKey, shownCharacters) },
      ],
    })),
    footer: [sorted.length === 0 ? 'No SSH keys' : count(sorted.length, 'SSH key')],
    json: sorted.map(sshKeyJson),
    quiet: sorted.map((key) => key.name),
  };
}

/** A key in `--json`. */
export const sshKeyJson = ({ id, name, publicKey }: SshKey) => ({ id, name, public_key: publicKey });
