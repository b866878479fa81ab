import { DevboxError } from '../../base/errors.ts';
import type { FirewallRule } from '../../providers/facets/firewall.ts';

/** Single rules that come to others, and that go from them. */
export interface RuleEdits {
  readonly add: readonly FirewallRule[];
  readonly remove: readonly FirewallRule[];
}

/**
 * Rules with some added and some removed. Protocol, ports and source make a rule what it is: one that is added again gets
 * its new description, and one is removed whatever its description says.
 * @returns null where that changes nothing.
 * @throws DevboxError `not-found` for a rule that is to be removed and is not there.
 */
export function editRules(
  rules: readonly FirewallRule[],
  { add, remove }: RuleEdits,
): readonly FirewallRule[] | null {
  for (const rule of remove) {
    if (!rules.some((other) => isSame(rule, other))) throw notThere(rule, rules);
  }
  const kept = rules.filter((rule) => !remove.some((other) => isSame(rule, other)));
  const described = kept.map((rule) => add.find((other) => isSame(rule, other) && other.description) ?? rule);
  const added = add.filter(
    (rule, index) => ![...kept, ...add.slice(0, index)].some((other) => isSame(rule, other)),
  );
  const isChanged =
    kept.length < rules.length ||
    added.length > 0 ||
    described.some((rule, index) => rule.description !== kept[index]?.description);
  return isChanged ? [...described, ...added] : null;
}

/** `tcp:22:0.0.0.0/0`, `icmp:10.0.0.0/8`; ports in one form, so that two are never taken for one. */
export const ruleName = ({ protocol, ports, source }: FirewallRule): string =>
  [protocol, ...(ports === null ? [] : [ports.join('-')]), source].join(':');

const isSame = (one: FirewallRule, other: FirewallRule): boolean => identity(one) === identity(other);

/** An address alone is a network of one. */
const identity = (rule: FirewallRule): string =>
  ruleName({ ...rule, source: rule.source.replace(/\/32$/, '') });

function notThere(rule: FirewallRule, rules: readonly FirewallRule[]): DevboxError {
  return new DevboxError('not-found', `there is no rule ${ruleName(rule)}; nothing was changed`, {
    code: 'firewall/no-such-rule',
    title: 'Not Found',
    details: [{ label: 'There is', value: rules.map(ruleName).join(', ') || 'none' }],
    hint: 'A rule is removed by its protocol, ports and source.',
  });
}
