import * as z from 'zod/mini';
import { DevboxError } from '../../base/errors.ts';
import { cleanLine, clip, count, nearest } from '../../base/text.ts';
import { type ApiKeyRecord, ApiKeys } from '../../server/auth/keys.ts';
import { token } from '../../ui/card.ts';
import { defineCommand } from '../command.ts';
import { serverState, stateShape } from './state.ts';

const keyShape = {
  key_name: z
    .string()
    .check(
      z.regex(/^[\w.@ -]{1,64}$/, 'up to 64 letters, digits, spaces and . _ - @'),
      z.describe('whose key it is'),
    ),
};
const nameFlag = { name: 'key_name' } as const;

export const serveKeysAdd = defineCommand({
  name: 'serve_keys_add',
  summary: 'make an API key of this machine’s server',
  examples: ['devbox serve keys add alice'],
  positionals: ['key_name'],
  flags: nameFlag,
  shape: { ...keyShape, ...stateShape },
  async run({ key_name, state_dir }, { context }) {
    const keys = new ApiKeys(serverState(state_dir, context));
    if ((await keys.list()).some(({ name }) => name === key_name)) {
      throw new DevboxError('usage', `there is a key called ${key_name} already`, {
        code: 'serve/key-exists',
        hint: `Choose another name, or take that one back: devbox serve keys rm '${key_name}'`,
      });
    }
    const { key, record } = await keys.add(key_name, new Date(context.clock.now()));
    return {
      view: {
        cards: [
          {
            title: record.name,
            rows: [
              { label: 'ID', value: record.id },
              { label: 'Key', value: [token('strong', key)] },
            ],
          },
        ],
        footer: [
          'The key is shown this once. Whoever has it uses the server with:',
          [token('command', '  devbox auth login --api-url URL --api-key -')],
        ],
        json: { id: record.id, name: record.name, key, created_at: record.createdAt },
        quiet: [key],
      },
    };
  },
});

export const serveKeysList = defineCommand({
  name: 'serve_keys_list',
  summary: 'list the API keys of this machine’s server',
  examples: ['devbox serve keys list'],
  positionals: [],
  shape: stateShape,
  async run({ state_dir }, { context }) {
    const records = await new ApiKeys(serverState(state_dir, context)).list();
    const rows = records.map((record) => [
      clip(cleanLine(record.name), 64),
      record.id,
      record.createdAt.slice(0, 16).replace('T', ' '),
    ]);
    return {
      view: {
        cards:
          rows.length === 0
            ? []
            : [{ title: 'API Keys', rows: [], table: { columns: ['NAME', 'ID', 'CREATED'], rows } }],
        footer: [rows.length === 0 ? 'No API keys' : count(rows.length, 'API key')],
        json: records.map(publicPart),
        quiet: records.map(({ id }) => id),
      },
    };
  },
});

export const serveKeysRm = defineCommand({
  name: 'serve_keys_rm',
  summary: 'take an API key of this machine’s server back',
  examples: ['devbox serve keys rm alice'],
  positionals: ['key_name'],
  flags: nameFlag,
  shape: { ...keyShape, ...stateShape },
  async run({ key_name, state_dir }, { context }) {
    const keys = new ApiKeys(serverState(state_dir, context));
    const records = await keys.list();
    const record = records.find(({ id, name }) => id === key_name || name === key_name);
    if (!record) throw noSuchKey(key_name, records);
    await keys.remove(record.id);
    return {
      view: {
        cards: [{ title: record.name, rows: [{ label: 'ID', value: record.id }] }],
        footer: ['It opens nothing any more.'],
        json: { ...publicPart(record), status: 'removed' },
        quiet: [record.id],
      },
    };
  },
});

const publicPart = ({ id, name, createdAt }: ApiKeyRecord) => ({ id, name, created_at: createdAt });

function noSuchKey(name: string, records: readonly ApiKeyRecord[]): DevboxError {
  const near = nearest(
    name,
    records.map((record) => record.name),
  );
  return new DevboxError('not-found', `there is no API key called ${name}`, {
    code: 'serve/key-not-found',
    title: 'Not Found',
    hint: near ? `Did you mean ${near}?` : 'devbox serve keys list shows what there is.',
  });
}
