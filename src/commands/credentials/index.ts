import * as z from 'zod/mini';
import { DevboxError } from '../../base/errors.ts';
import type { Credential, CredentialsFacet } from '../../providers/facets/credentials.ts';
import { token } from '../../ui/card.ts';
import type { View } from '../../ui/view.ts';
import { defineCommand } from '../command.ts';
import { confirmDeletion, forceShape } from '../confirm-deletion.ts';
import { listView } from '../list-view.ts';
import { requireFacet } from '../require-facet.ts';
import { askPassword, givenPassword } from './password.ts';

export const credentials = defineCommand({
  name: 'credentials',
  summary: 'list the logins for registries of images',
  examples: ['devbox credentials', 'devbox command=credentials --json'],
  positionals: [],
  shape: {},
  async run(_config, deps) {
    const all = await requireFacet(await deps.provider(), 'credentials').list();
    return {
      view: listView({
        noun: 'credential',
        columns: ['ID', 'REGISTRY', 'USERNAME', 'CREATED'],
        rows: all.map(({ id, registry, username, createdAt }) => [
          String(id),
          [token('strong', registry)],
          username,
          createdAt.slice(0, 16).replace('T', ' ') || '-',
        ]),
        none: ['No credentials. ', token('command', 'devbox credentials add --username NAME'), ' adds one.'],
        json: all.map(credentialJson),
        quiet: all.map(({ id }) => String(id)),
      }),
    };
  },
});

export const credentialsAdd = defineCommand({
  name: 'credentials_add',
  changes: true,
  summary: 'store a login for a registry of images',
  examples: [
    'devbox credentials add --username me --password-stdin < FILE',
    'devbox credentials add --registry ghcr.io --username me',
  ],
  positionals: [],
  shape: {
    registry: z
      .nullable(z.string().check(z.regex(/^\S+$/, 'a registry, such as ghcr.io')))
      .check(z.describe('which registry; null is Docker Hub')),
    username: z.string().check(z.minLength(1, 'a user name'), z.describe('the user name there')),
    password: z
      .nullable(z.string().check(z.minLength(1, 'a password')))
      .check(z.describe('the password or token; password_stdin=true is safer')),
    password_stdin: z.boolean().check(z.describe('read the password from standard input')),
  },
  async run({ api, registry, username, password: configured, password_stdin: fromStdin }, deps) {
    const facet = requireFacet(await deps.provider(), 'credentials');
    const flags = { password: '--password', stdin: '--password-stdin' };
    const given = await givenPassword({ api, password: configured, fromStdin, flags }, deps);
    const question = `Password of ${username} at ${registry ?? 'Docker Hub'}: `;
    const password =
      given ??
      (await askPassword(
        question,
        `Pipe it in: devbox credentials add --username ${username} --password-stdin < FILE`,
        deps,
      ));
    const added = await facet.add({ registry: registry ?? undefined, username, password });
    return { view: credentialView(added) };
  },
});

export const credentialsDelete = defineCommand({
  name: 'credentials_delete',
  changes: true,
  summary: 'delete a login for a registry',
  examples: ['devbox credentials delete 3', 'devbox credentials delete 3 --force'],
  positionals: ['credential'],
  shape: {
    credential: z
      .int({ error: 'must be the number that devbox credentials shows' })
      .check(z.minimum(0), z.describe('the credential, by its number')),
    ...forceShape,
  },
  async run({ credential: id, force }, deps) {
    const facet = requireFacet(await deps.provider(), 'credentials');
    const found = await find(id, facet);
    const what = `the credential ${id} (${found.username} at ${found.registry})`;
    const named = { typed: String(id), isExact: true, exactly: `credential=${id}` };
    await confirmDeletion({ what, ...named, force }, deps);
    await facet.remove(id);
    return { view: credentialView(found, 'deleted') };
  },
});

async function find(id: number, facet: CredentialsFacet): Promise<Credential> {
  const all = await facet.list();
  const found = all.find((credential) => credential.id === id);
  if (found) return found;
  throw new DevboxError('not-found', `there is no credential ${id}`, {
    code: 'credentials/not-found',
    title: 'Not Found',
    details:
      all.length === 0
        ? []
        : [{ label: 'There is', value: all.map((credential) => credential.id).join(', ') }],
    hint: 'devbox credentials shows what there is.',
  });
}

function credentialView(credential: Credential, action?: 'deleted'): View {
  const { id, registry, username, createdAt } = credential;
  const last = action ? { label: 'Status', value: action } : { label: 'Created', value: createdAt || '-' };
  return {
    cards: [
      {
        title: registry,
        rows: [{ label: 'ID', value: String(id) }, { label: 'Username', value: username }, last],
      },
    ],
    json: { ...credentialJson(credential), ...(action ? { action } : {}) },
    quiet: [String(id)],
  };
}

function credentialJson({ id, registry, username, createdAt }: Credential) {
  return { id, registry, username, created_at: createdAt };
}
