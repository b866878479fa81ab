import { defineCommand } from '../command.ts';
import { requireFacet } from '../require-facet.ts';
import { usedKey } from './used-key.ts';

export const authLogout = defineCommand({
  name: 'auth_logout',
  summary: 'forget the stored API key of a server',
  examples: ['devbox auth logout', 'devbox auth logout api.base_url=https://gpu.example:8443'],
  positionals: [],
  shape: {},
  async run(_config, deps) {
    const keys = requireFacet(await deps.provider(), 'keys');
    const forgotten = await keys.forget();
    const used = usedKey(keys);
    if (used !== null && used.kind !== 'stored') {
      deps.emit({
        type: 'notice',
        level: 'warning',
        message: `${used.source} still gives a key, which is used`,
      });
    }
    return {
      view: {
        cards: [],
        footer: [
          forgotten
            ? `Logged out of ${keys.server}: its key is forgotten here, and still opens the account elsewhere`
            : `No key is stored for ${keys.server}`,
        ],
        json: { api_url: keys.server, forgotten },
        quiet: [],
      },
    };
  },
});
