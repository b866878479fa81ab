import * as z from 'zod/mini';
import { count } from '../../base/text.ts';
import type { FirewallRule } from '../../providers/facets/firewall.ts';
import type { View } from '../../ui/view.ts';
import { type CommandDeps, defineCommand } from '../command.ts';
import { ruleJson, rulesTable } from '../list/rulesets-view.ts';
import { requireFacet } from '../require-facet.ts';
import { editRules, type RuleEdits, ruleName } from './edit-rules.ts';
import { rulesMeaning, rulesSetting, singleRules } from './rules-setting.ts';

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

export const firewallRulesAdd = defineCommand({
  name: 'firewall_rules_add',
  changes: true,
  summary: 'add firewall rules to those of the account',
  examples: ['devbox firewall rules add --rule tcp:8080:10.0.0.0/8:Web'],
  positionals: [],
  flags: { rule: { key: 'rules', value: 'list' } },
  shape: { rules: rulesSetting.check(z.describe(`what is added: ${singleRules}`)) },
  run: async ({ rules }, deps) => ({ view: await edited({ add: rules, remove: [] }, deps) }),
});

export const firewallRulesRm = defineCommand({
  name: 'firewall_rules_rm',
  changes: true,
  summary: 'remove firewall rules from those of the account',
  examples: ['devbox firewall rules rm --rule tcp:8080:10.0.0.0/8'],
  positionals: [],
  flags: { rule: { key: 'rules', value: 'list' } },
  shape: { rules: rulesSetting.check(z.describe(`what is removed: ${singleRules}`)) },
  run: async ({ rules }, deps) => ({ view: await edited({ add: [], remove: rules }, deps) }),
});

/** The API replaces rules as a whole, so that they are read first. */
async function edited(edits: RuleEdits, deps: CommandDeps): Promise<View> {
  const facet = requireFacet(await deps.provider(), 'firewall');
  const before = await facet.rules();
  const after = editRules(before, edits);
  return rulesView(after === null ? before : await facet.replaceRules(after));
}

function rulesView(rules: readonly FirewallRule[]): View {
  return {
    cards: rules.length === 0 ? [] : [{ title: '', rows: [], table: rulesTable(rules) }],
    footer: [rules.length === 0 ? 'No firewall rules' : count(rules.length, 'firewall rule')],
    json: rules.map(ruleJson),
    quiet: rules.map(ruleName),
  };
}
