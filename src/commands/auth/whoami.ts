import { defineCommand } from '../command.ts';
import { requireFacet } from '../require-facet.ts';
import { accountJson, accountRows, accountTitle } from './account-view.ts';

export const authWhoami = defineCommand({
  name: 'auth_whoami',
  summary: 'show whose account the API key opens',
  examples: ['devbox auth whoami', 'devbox auth whoami --json'],
  positionals: [],
  shape: {},
  async run(_config, deps) {
    const { server, read } = requireFacet(await deps.provider(), 'whoami');
    const account = await read();
    const who = account.email ?? account.name ?? 'an account without a name';
    return {
      view: {
        cards: [
          {
            title: accountTitle(account),
            rows: [...accountRows(account), { label: 'Server', value: server }],
          },
        ],
        footer: [`Logged in as: ${who}${account.team === null ? '' : ` (Team: ${account.team})`}`],
        json: { ...accountJson(account), api_url: server },
        quiet: [who],
      },
    };
  },
});
