import { count } from '../../base/text.ts';
import type { FirewallRule, FirewallRuleset } from '../../providers/provider.ts';
import { type Card, token } from '../../ui/card.ts';
import type { View } from '../../ui/view.ts';

/** Firewall rulesets by name. */
export function rulesetsView(rulesets: readonly FirewallRuleset[]): View {
  const sorted = [...rulesets].sort((a, b) => a.name.localeCompare(b.name));
  return {
    cards: sorted.map(rulesetCard),
    footer: [sorted.length === 0 ? 'No firewall rulesets' : count(sorted.length, 'firewall ruleset')],
    json: sorted.map((ruleset) => ({
      id: ruleset.id,
      name: ruleset.name,
      region: ruleset.region,
      created_at: ruleset.createdAt,
      instance_ids: ruleset.instanceIds,
      rules: ruleset.rules.map((rule) => ({
        protocol: rule.protocol,
        port_range: rule.ports,
        source_network: rule.source,
        description: rule.description,
      })),
    })),
    quiet: sorted.map((ruleset) => ruleset.id),
  };
}

function rulesetCard(ruleset: FirewallRuleset): Card {
  const users = ruleset.instanceIds.length;
  return {
    title: ruleset.name,
    rows: [
      { label: 'ID', value: ruleset.id },
      { label: 'Region', value: ruleset.region },
      {
        label: 'Status',
        value: users === 0 ? 'not in use' : [token('good', `in use by ${count(users, 'instance')}`)],
      },
      { label: 'Created', value: ruleset.createdAt },
      { label: 'Rules', value: String(ruleset.rules.length) },
    ],
    table: {
      columns: ['Protocol', 'Ports', 'Source', 'Description'],
      rows: ruleset.rules.map((rule) => [rule.protocol, ports(rule), rule.source, rule.description]),
    },
  };
}

function ports(rule: FirewallRule): string {
  if (rule.ports === null) return '-';
  const [first, last] = rule.ports;
  return first === last ? String(first) : `${first}-${last}`;
}
