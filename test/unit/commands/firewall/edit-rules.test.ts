import { expect, it } from '@jest/globals';
import { editRules } from '../../../../src/commands/firewall/edit-rules.ts';
import { parseRule } from '../../../../src/commands/firewall/rules-setting.ts';
import type { FirewallRule } from '../../../../src/providers/facets/firewall.ts';

function rule(text: string): FirewallRule {
  const parsed = parseRule(text);
  if (typeof parsed === 'string') throw new Error(parsed);
  return parsed;
}
const rules = (...texts: string[]): FirewallRule[] => texts.map(rule);
const before = rules('tcp:22::SSH', 'tcp:8000-8100:10.0.0.0/8', 'icmp');

it.each([
  ['adds at the end', rules('udp:53'), [], [...before, rule('udp:53')]],
  ['adds one once', rules('udp:53', 'udp:53::DNS'), [], [...before, rule('udp:53')]],
  ['describes anew', rules('tcp:22::Shell'), [], [rule('tcp:22::Shell'), ...before.slice(1)]],
  ['removes whatever the description', [], rules('tcp:22'), before.slice(1)],
  ['does both', rules('udp:53'), rules('icmp'), [...before.slice(0, 2), rule('udp:53')]],
  ['changes nothing for one that is there', rules('tcp:22', 'icmp:0.0.0.0/0'), [], null],
  ['changes nothing for nothing', [], [], null],
])('%s', (_what, add, remove, after) => {
  expect(editRules(before, { add, remove })).toEqual(after);
});

it('takes an address for a network of one', () => {
  const one = rules('tcp:22:1.2.3.4');
  expect(editRules(one, { add: rules('tcp:22:1.2.3.4/32'), remove: [] })).toBeNull();
  expect(editRules(one, { add: [], remove: rules('tcp:22:1.2.3.4/32') })).toEqual([]);
});

it('removes nothing where one of several is not there', () => {
  expect(() => editRules(before, { add: [], remove: rules('icmp', 'tcp:8000') })).toThrow(
    'there is no rule tcp:8000-8000:0.0.0.0/0',
  );
});
