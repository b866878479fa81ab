import { count } from '../../base/text.ts';
import type { FirewallRule, FirewallRuleset } from '../../providers/facets/firewall.ts';
import { type Card, token } from '../../ui/card.ts';
import type { View } from '../../ui/view.ts';

/** Firewall rulesets by name. */
export function rulesetsView(rulesets: readonly FirewallRuleset[]): View {
  const sorted = [...rulesets].sort((a, b) => a.name.localeCompare(b.name));
  return {
    cards: sorted.map(rulesetCard),
    footer: [sorted.length === 0 ? 'No firewall rulesets' : count(sorted.length, 'firewall ruleset')],
    json: sorted.map(rulesetJson),
    quiet: sorted.map((ruleset) => ruleset.id),
  };
}

/** One ruleset. */
export function rulesetView(ruleset: FirewallRuleset): View {
  return { cards: [rulesetCard(ruleset)], json: rulesetJson(ruleset), quiet: [ruleset.id] };
}

/** A ruleset in `--json`. */
export function rulesetJson(ruleset: FirewallRuleset): Readonly<Record<string, unknown>> {
  return {
    id: ruleset.id,
    name: ruleset.name,
    region: ruleset.region || null,
    created_at: ruleset.createdAt || null,
    instance_ids: ruleset.instanceIds,
    rules: ruleset.rules.map(ruleJson),
  };
}

/** A rule in `--json`; the same form is a setting. */
export const ruleJson = ({ protocol, ports, source, description }: FirewallRule) => ({
  protocol,
  port_range: ports,
  source_network: source,
  description,
});

/** Rules as the rows of a table. */
export const rulesTable = (rules: readonly FirewallRule[]) => ({
  columns: ['Protocol', 'Ports', 'Source', 'Description'],
  rows: rules.map((rule) => [rule.protocol, ports(rule), rule.source, rule.description]),
});

function rulesetCard(ruleset: FirewallRuleset): Card {
  const users = ruleset.instanceIds.length;
  const isGlobal = ruleset.region === '';
  return {
    title: ruleset.name,
    rows: [
      { label: 'ID', value: ruleset.id },
      { label: 'Region', value: isGlobal ? 'all' : ruleset.region },
      ...(isGlobal
        ? []
        : [
            {
              label: 'Status',
              value: users === 0 ? 'not in use' : [token('good', `in use by ${count(users, 'instance')}`)],
            },
            { label: 'Created', value: ruleset.createdAt },
          ]),
      { label: 'Rules', value: String(ruleset.rules.length) },
    ],
    table: rulesTable(ruleset.rules),
  };
}

function ports(rule: FirewallRule): string {
  if (rule.ports === null) return '-';
  const [first, last] = rule.ports;
  return first === last ? String(first) : `${first}-${last}`;
}
