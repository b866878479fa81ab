import { resolve } from 'node:path';
import * as z from 'zod/mini';
import type { Context } from '../../base/context.ts';
import { DevboxError } from '../../base/errors.ts';
import { publicKeyFingerprint, publicKeyProblem } from '../../base/public-key.ts';
import { readSmallFile } from '../../base/read-file.ts';
import type { SshKey } from '../../providers/facets/ssh-keys.ts';
import { token } from '../../ui/card.ts';
import type { View } from '../../ui/view.ts';
import { defineCommand } from '../command.ts';
import { confirmDeletion, forceShape } from '../confirm-deletion.ts';
import { findResource } from '../find-resource.ts';
import { sshKeyJson } from '../list/ssh-keys-view.ts';
import { listView } from '../list-view.ts';
import { requireFacet } from '../require-facet.ts';
import { generateKey } from './generate.ts';

export const sshKeys = defineCommand({
  name: 'ssh_keys',
  summary: 'list the registered SSH keys',
  examples: ['devbox ssh-keys', 'devbox command=ssh_keys api=gpulab --json'],
  positionals: [],
  shape: {},
  async run(_config, deps) {
    const all = [...(await requireFacet(await deps.provider(), 'sshKeys').list())].sort((a, b) =>
      a.name.localeCompare(b.name),
    );
    return {
      view: listView({
        noun: 'SSH key',
        columns: ['NAME', 'ID', 'TYPE', 'FINGERPRINT'],
        rows: all.map(({ name, id, publicKey }) => [
          [token('strong', name)],
          id,
          publicKey.split(' ', 1)[0] || '-',
          publicKeyFingerprint(publicKey) ?? '-',
        ]),
        none: [
          'No SSH keys. ',
          token('command', 'devbox ssh-keys add NAME --key-file ~/.ssh/id_ed25519.pub'),
          ' adds one.',
        ],
        json: all.map(sshKeyJson),
        quiet: all.map(({ name }) => name),
      }),
    };
  },
});

export const sshKeysAdd = defineCommand({
  name: 'ssh_keys_add',
  changes: true,
  summary: 'register an SSH key',
  examples: [
    'devbox ssh-keys add laptop --key-file ~/.ssh/id_ed25519.pub',
    "devbox ssh-keys add --name laptop --key 'ssh-ed25519 AAAA... me@laptop'",
    'devbox ssh-keys add lambda --generate --private-key-file ~/.ssh/lambda',
  ],
  positionals: ['name'],
  shape: {
    name: z
      .string()
      .check(
        z.regex(/^[^\p{C}]*\S[^\p{C}]*$/u, 'a name'),
        z.maxLength(64, 'at most 64 characters'),
        z.describe('what it is called'),
      ),
    key: z.nullable(z.string()).check(z.describe('the public key itself, one line')),
    key_file: z
      .nullable(z.string())
      .check(z.describe('the file with the public key, such as ~/.ssh/id_ed25519.pub')),
    generate: z
      .boolean()
      .check(z.describe('have the provider make a pair of keys, where it can; no key is given then')),
    private_key_file: z
      .nullable(z.string().check(z.minLength(1, 'a file')))
      .check(z.describe('the new file that keeps the private key of a pair that the provider makes')),
  },
  async run({ name, key, key_file: file, generate, private_key_file: privateFile }, deps) {
    if (generate) {
      if (key !== null || file !== null)
        throw wrong('a pair is to be made, and there is a key', 'Leave one out.');
      if (privateFile === null) {
        throw wrong('it is not said where the private key goes', 'Name a new file: --private-key-file FILE');
      }
      const provider = await deps.provider();
      const facet = requireFacet(provider, 'sshKeys');
      const made = await generateKey(name, privateFile, provider, facet, deps.context);
      return { view: sshKeyView(made.key, { file: made.path }) };
    }
    if (privateFile !== null) throw wrong('only a pair that is made has a private key', 'Add --generate.');
    const publicKey = keyFrom(key, file, deps.context);
    const facet = requireFacet(await deps.provider(), 'sshKeys');
    return { view: sshKeyView(await facet.add({ name, publicKey })) };
  },
});

export const sshKeysRm = defineCommand({
  name: 'ssh_keys_rm',
  changes: true,
  summary: 'delete a registered SSH key; boxes that have it keep it',
  examples: ['devbox ssh-keys rm laptop', 'devbox ssh-keys rm laptop --force'],
  positionals: ['ssh_key'],
  shape: {
    ssh_key: z.string().check(z.minLength(1, 'a name or an id'), z.describe('the key, by name or id')),
    ...forceShape,
  },
  async run({ ssh_key: typed, force }, deps) {
    const facet = requireFacet(await deps.provider(), 'sshKeys');
    const kind = { noun: 'SSH key', key: 'ssh_key', list: 'devbox ssh-keys' };
    const { item, isExact } = findResource(typed, await facet.list(), kind);
    const what = `the SSH key ${item.name} (${item.id})`;
    await confirmDeletion({ what, typed, isExact, exactly: `ssh_key=${item.id}`, force }, deps);
    await facet.remove(item.id);
    return { view: sshKeyView(item, { action: 'deleted' }) };
  },
});

/** @param more what was done to it, or the file with its private half. */
function sshKeyView(key: SshKey, more: { action?: 'deleted'; file?: string } = {}): View {
  const { action, file } = more;
  const rows = [
    { label: 'ID', value: key.id },
    { label: 'Fingerprint', value: publicKeyFingerprint(key.publicKey) ?? '-' },
    ...(action ? [{ label: 'Status', value: action }] : []),
    ...(file === undefined ? [] : [{ label: 'Private Key', value: [token('path', file)] }]),
  ];
  return {
    cards: [{ title: key.name, rows }],
    json: {
      ...sshKeyJson(key),
      ...(action ? { action } : {}),
      ...(file === undefined ? {} : { private_key_file: file }),
    },
    quiet: [key.name],
  };
}

/** A public key takes no more, in bytes. */
const largest = 1 << 16;

/** The public key that the settings say. @throws DevboxError `usage` where it is none. */
function keyFrom(key: string | null, file: string | null, { cwd, paths }: Context): string {
  if (key !== null && file !== null) throw wrong('there is both a key and a file of one', 'Leave one out.');
  const path = file === null ? null : resolve(cwd, file.replace(/^~(?=\/)/, paths.home));
  const text = key ?? (path === null ? '' : readKey(path));
  const problem = text === '' && path === null ? 'is missing' : publicKeyProblem(text);
  if (problem === undefined) return text.trim();
  throw wrong(
    `the key ${problem}`,
    'Give the public key: --key-file ~/.ssh/id_ed25519.pub',
    path ?? undefined,
  );
}

function readKey(path: string): string {
  try {
    return readSmallFile(path, largest).toString('utf8');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw wrong(`the file of the key cannot be read: ${why}`, 'devbox help ssh_keys_add says more.', path);
  }
}

function wrong(message: string, hint: string, file?: string): DevboxError {
  return new DevboxError('usage', message, {
    code: 'ssh-keys/key',
    title: 'Usage Error',
    details: file === undefined ? [] : [{ label: 'File', value: file }],
    hint,
  });
}
