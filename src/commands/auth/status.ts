import { DevboxError } from '../../base/errors.ts';
import type { Account } from '../../providers/facets/account.ts';
import type { KeysFacet, UsedKey } from '../../providers/facets/keys.ts';
import type { Provider } from '../../providers/provider.ts';
import { type Card, token } from '../../ui/card.ts';
import { defineCommand } from '../command.ts';
import { requireFacet } from '../require-facet.ts';
import { accountJson } from './account-view.ts';
import { maskedKey } from './masked-key.ts';

export const authStatus = defineCommand({
  name: 'auth_status',
  summary: 'show server and API key, and whether they work',
  examples: ['devbox auth status', 'devbox auth status --json'],
  positionals: [],
  shape: {},
  async run(_config, deps) {
    const provider = await deps.provider();
    const keys = requireFacet(provider, 'keys');
    const found = await look(provider, keys);
    const { key, account, problem } = found;
    return {
      view: {
        cards: [statusCard(keys.server, found)],
        ...(problem?.hint ? { footer: [problem.hint] } : {}),
        json: {
          api_url: keys.server,
          authenticated: account !== null,
          key: key ? maskedKey(key.text) : null,
          key_source: key?.source ?? null,
          account: account === null ? null : accountJson(account),
          error: problem === null ? null : { code: problem.code, message: problem.message },
        },
        quiet: [],
      },
      // What is wrong is on the card, so it is no error besides; scripts read the status.
      ...(problem === null ? {} : { exit: problem.kind === 'unauthorised' ? 3 : 1 }),
    };
  },
});

interface Found {
  readonly key: UsedKey | null;
  readonly account: Account | null;
  readonly problem: DevboxError | null;
}

/** Asks for the key and for the account; what goes wrong with either is a finding. */
async function look(provider: Provider, keys: KeysFacet): Promise<Found> {
  let key: UsedKey | null = null;
  try {
    key = keys.used();
    return { key, account: await requireFacet(provider, 'whoami').read(), problem: null };
  } catch (error) {
    if (!(error instanceof DevboxError) || error.kind === 'interrupted') throw error;
    return { key, account: null, problem: error };
  }
}

function statusCard(server: string, { key, account, problem }: Found): Card {
  return {
    title: 'Authentication',
    ...(problem === null ? {} : { mood: 'bad' as const }),
    rows: [
      { label: 'Server', value: server },
      { label: 'Key', value: key ? maskedKey(key.text) : 'none' },
      ...(key ? [{ label: 'Key From', value: key.source }] : []),
      { label: 'Connection', value: [connection(problem)] },
      ...(account === null ? [] : [{ label: 'Account', value: account.email ?? account.name ?? 'unnamed' }]),
      ...(problem?.details ?? []).filter(({ label }) => label === 'Details' || label === 'File'),
    ],
  };
}

function connection(problem: DevboxError | null) {
  return problem === null ? token('good', 'works') : token('bad', problem.message);
}
