import * as z from 'zod/mini';
import type { TemplateChange } from '../../providers/facets/templates.ts';
import type { CommandDeps } from '../command.ts';
import { givenPassword } from '../credentials/password.ts';
import type { ApiConfig } from '../settings.ts';
import { readEnvFile } from '../up/env-file.ts';

const text = (meaning: string) => z.nullable(z.string()).check(z.describe(meaning));
const gigabytes = (meaning: string) =>
  z
    .nullable(z.int().check(z.minimum(1, 'at least 1 GB'), z.maximum(65_536, 'at most 65536 GB')))
    .check(z.describe(meaning));
const id = (meaning: string) => z.nullable(z.int().check(z.minimum(1, 'an id'))).check(z.describe(meaning));

/** What a template has besides its name and image; null leaves it to the server, or as it is. */
export const fieldsShape = {
  description: text('what it is for'),
  visibility: z
    .nullable(z.enum(['public', 'private'], { error: 'must be public or private' }))
    .check(z.describe('who may use it: public or private')),
  type: z
    .nullable(z.enum(['gpu', 'cpu'], { error: 'must be gpu or cpu' }))
    .check(z.describe('for boxes with a GPU (gpu) or without (cpu)')),
  category: id('id of its category; devbox templates categories shows them'),
  credential: id('id of the credential for its registry; devbox credentials shows them'),
  registry: text('registry that a new credential is for'),
  registry_username: text('user name of a new credential, which is stored and linked'),
  registry_password: text('its password; registry_password_stdin=true is safer'),
  registry_password_stdin: z.boolean().check(z.describe('read that password from standard input')),
  mount_path: z
    .nullable(
      z.string().check(z.regex(/^(\/[^\0]+)?$/, 'an absolute path such as /workspace, or an empty text')),
    )
    .check(z.describe('where a volume appears in boxes; an empty text clears it')),
  ports: z
    .nullable(
      z.union([z.string(), z.array(z.union([z.int(), z.string()]))], {
        error: 'must be a list of ports, such as [8080,9000-9010]',
      }),
    )
    .check(z.describe('ports that boxes open: [8080,9000-9010]; an empty text or list clears them')),
  env: z
    .record(
      z.string().check(z.regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'a name of a variable')),
      z.string().check(z.regex(/^[^\0]*$/, 'no character NUL')),
    )
    .check(z.describe('environment variables of its boxes: env.KEY=VALUE')),
  env_file: text('file with NAME=VALUE lines for its environment; what env says wins'),
  startup_command: text('what boxes run; an empty text leaves it to the image'),
  disk: gigabytes('disk of a box in GB'),
  volume_disk: gigabytes('disk of its volume in GB'),
  memory: gigabytes('memory of a box in GB'),
  pull_policy: z
    .nullable(z.enum(['cached', 'latest', 'digest'], { error: 'must be cached, latest or digest' }))
    .check(z.describe('which image is taken: the cached one, the latest, or exactly the digest')),
  author_name: text('who made it'),
  author_url: text('where its maker is found'),
  thumbnail: text('address of a picture'),
  notes: text('for people'),
};

export const fieldsFlags = {
  command: { key: 'startup_command', value: 'text' },
  credentials: 'credential',
  env: { key: 'env', value: 'pair' },
  e: { key: 'env', value: 'pair' },
  ports: { key: 'ports', value: 'list' },
} as const;

type Fields = {
  readonly [K in keyof typeof fieldsShape]: z.infer<(typeof fieldsShape)[K]>;
};

/** What the settings say of a template, for the provider. */
export async function changeFrom(
  settings: Fields & { readonly api: ApiConfig },
  deps: CommandDeps,
): Promise<TemplateChange> {
  const password = await givenPassword(
    {
      api: settings.api,
      password: settings.registry_password,
      fromStdin: settings.registry_password_stdin,
      flags: { password: '--registry-password', stdin: '--registry-password-stdin' },
    },
    deps,
  );
  const file = settings.env_file === null ? {} : readEnvFile(settings.env_file, deps.context);
  const env = { ...file, ...settings.env };
  const change = {
    description: settings.description,
    visibility: settings.visibility,
    type: settings.type,
    category: settings.category,
    credential: settings.credential,
    registry: settings.registry,
    registryUsername: settings.registry_username,
    registryPassword: password,
    mountPath: settings.mount_path,
    ports: settings.ports === null ? null : [settings.ports].flat().join(','),
    env: Object.keys(env).length === 0 ? null : env,
    command: settings.startup_command,
    diskGb: settings.disk,
    volumeDiskGb: settings.volume_disk,
    memoryGb: settings.memory,
    pullPolicy: settings.pull_policy,
    authorName: settings.author_name,
    authorUrl: settings.author_url,
    thumbnail: settings.thumbnail,
    notes: settings.notes,
  };
  return said(change);
}

type Said<T> = { [K in keyof T]?: Exclude<T[K], null> };

/** Without what is null. */
function said<T extends object>(all: T): Said<T> {
  const result: Said<T> = {};
  for (const key in all) {
    const value = all[key];
    if (isSaid(value)) result[key] = value;
  }
  return result;
}

const isSaid = <T>(value: T): value is Exclude<T, null> => value !== null;
