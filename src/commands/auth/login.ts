import { askSecret } from '../../base/ask-secret.ts';
import { DevboxError } from '../../base/errors.ts';
import type { KeysFacet } from '../../providers/facets/keys.ts';
import type { DevboxEvent } from '../../ui/events.ts';
import { type CommandDeps, defineCommand } from '../command.ts';
import { requireFacet } from '../require-facet.ts';
import { accountJson, accountRows, accountTitle } from './account-view.ts';
import { usedKey } from './used-key.ts';

export const authLogin = defineCommand({
  name: 'auth_login',
  summary: 'check an API key and store it for its server',
  examples: [
    'devbox auth login',
    'devbox auth login --api-key - < key.txt',
    'devbox auth login api.base_url=https://gpu.example:8443 --api-key -',
  ],
  positionals: [],
  shape: {},
  async run(_config, deps) {
    const keys = requireFacet(await deps.provider(), 'keys');
    const { key, stores } = await keyFor(keys, deps);
    const account = await keys.check(key);
    const file = stores ? await keys.store(key) : null;
    if (stores && deps.context.env['GPULAB_API_KEY']) deps.emit(environmentWins);
    return {
      view: {
        cards: [
          {
            title: accountTitle(account),
            rows: [
              ...accountRows(account),
              { label: 'Server', value: keys.server },
              {
                label: 'Key',
                value: file === null ? 'from the environment, not stored' : `stored in ${file}`,
              },
            ],
          },
        ],
        footer: [`Logged in to ${keys.server}`],
        json: { ...accountJson(account), api_url: keys.server, key_file: file },
        quiet: account.email === null ? [] : [account.email],
      },
    };
  },
});

const environmentWins: DevboxEvent = {
  type: 'notice',
  level: 'warning',
  message: 'GPULAB_API_KEY is set, and is used instead of the stored key',
  hint: 'To use the stored one: unset GPULAB_API_KEY',
};

interface Login {
  readonly key: string;
  /** A key of the environment is there without being stored. */
  readonly stores: boolean;
}

/** The key that was said for this call, or is typed now; without anybody to type, that of the environment. */
async function keyFor(keys: KeysFacet, deps: CommandDeps): Promise<Login> {
  const used = usedKey(keys);
  if (used?.kind === 'given') return { key: used.text, stores: true };
  if (deps.interactive) {
    await deps.releaseTerminal();
    const key = (await askSecret(`API key for ${keys.server}: `, deps.context)).trim();
    if (key !== '') return { key, stores: true };
  } else if (used?.kind === 'environment') return { key: used.text, stores: false };
  throw new DevboxError('usage', 'there is no key to log in with', {
    code: 'auth/no-key',
    title: 'Usage Error',
    hint: 'Pipe it in: devbox auth login --api-key - < FILE',
  });
}
