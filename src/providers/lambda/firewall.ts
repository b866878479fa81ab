import type { FirewallFacet } from '../facets/firewall.ts';
import { ruleOf, rulesetOf, wireRule } from './catalogue.ts';
import type { LambdaClient } from './client.ts';
import { settle } from './settle.ts';
import * as wire from './wire.ts';

const look = 'devbox firewall';
const all = '/firewall-rulesets';
const globalPath = `${all}/global`;

/** Rulesets by region, the global one, and the rules of the account from before there were rulesets. */
export function firewallOf(client: LambdaClient): FirewallFacet {
  const patch = async (path: string, name: string, body: Readonly<Record<string, unknown>>) =>
    rulesetOf(
      settle(
        await client.change('PATCH', path, body, wire.ruleset),
        `the firewall ruleset ${name} was changed`,
        look,
      ),
    );
  return {
    rulesets: async () => (await client.get(all, wire.rulesets)).map(rulesetOf),
    global: async () => rulesetOf(await client.get(globalPath, wire.ruleset)),

    async create({ name, region, rules }) {
      const body = { name, region, rules: rules.map(wireRule) };
      const changed = await client.change('POST', all, body, wire.ruleset);
      return rulesetOf(settle(changed, `the firewall ruleset ${name} was created`, look));
    },

    update: ({ id, name }, change) =>
      patch(`${all}/${encodeURIComponent(id)}`, name, {
        ...(change.name === undefined ? {} : { name: change.name }),
        ...(change.rules === undefined ? {} : { rules: change.rules.map(wireRule) }),
      }),
    updateGlobal: (rules) => patch(globalPath, 'global', { rules: rules.map(wireRule) }),

    async remove({ id, name }) {
      const path = `${all}/${encodeURIComponent(id)}`;
      const changed = await client.change('DELETE', path, undefined, wire.nothing);
      settle(changed, `the firewall ruleset ${name} was deleted`, look);
    },

    rules: async () => (await client.get('/firewall-rules', wire.rules)).map(ruleOf),

    async replaceRules(rules) {
      const body = { data: rules.map(wireRule) };
      const changed = await client.change('PUT', '/firewall-rules', body, wire.rules);
      return settle(changed, 'the firewall rules were replaced', 'devbox firewall rules').map(ruleOf);
    },
  };
}
