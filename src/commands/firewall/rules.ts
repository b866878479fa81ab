import * as z from 'zod/mini';
import { count } from '../../base/text.ts';
import type { FirewallRule } from '../../providers/facets/firewall.ts';
import type { View } from '../../ui/view.ts';
import { defineCommand } from '../command.ts';
import { ruleJson, rulesTable } from '../list/rulesets-view.ts';
import { requireFacet } from '../require-facet.ts';
import { rulesMeaning, rulesSetting } from './rules-setting.ts';

export const firewallRules = defineCommand({
  name: 'firewall_rules',
  summary: 'list the firewall rules of the account, from before there were rulesets',
  examples: ['devbox firewall rules', 'devbox firewall rules --json'],
  positionals: [],
  shape: {},
  run: async (_config, deps) => ({
    view: rulesView(await requireFacet(await deps.provider(), 'firewall').rules()),
  }),
});

export const firewallRulesSet = defineCommand({
  name: 'firewall_rules_set',
  changes: true,
  summary: 'put other firewall rules in the place of all those of the account',
  examples: ['devbox firewall rules set --rule tcp:22 --rule icmp'],
  positionals: [],
  flags: { rule: { key: 'rules', value: 'list' } },
  shape: { rules: rulesSetting.check(z.describe(rulesMeaning)) },
  run: async ({ rules }, deps) => ({
    view: rulesView(await requireFacet(await deps.provider(), 'firewall').replaceRules(rules)),
  }),
});

function rulesView(rules: readonly FirewallRule[]): View {
  return {
    cards: rules.length === 0 ? [] : [{ title: '', rows: [], table: rulesTable(rules) }],
    footer: [rules.length === 0 ? 'No firewall rules' : count(rules.length, 'firewall rule')],
    json: rules.map(ruleJson),
    quiet: rules.map(({ protocol, ports, source }) =>
      [protocol, ...(ports === null ? [] : [ports.join('-')]), source].join(':'),
    ),
  };
}
