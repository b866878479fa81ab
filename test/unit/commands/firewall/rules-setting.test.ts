import { expect, it } from '@jest/globals';
import * as z from 'zod/mini';
import { parseRule, rulesSetting } from '../../../../src/commands/firewall/rules-setting.ts';

const anywhere = '0.0.0.0/0';

it.each([
  ['tcp:22', { protocol: 'tcp', ports: [22, 22], source: anywhere, description: '' }],
  [
    'tcp:8000-8100:10.0.0.0/8',
    { protocol: 'tcp', ports: [8000, 8100], source: '10.0.0.0/8', description: '' },
  ],
  [
    'tcp:443::HTTPS: for all',
    { protocol: 'tcp', ports: [443, 443], source: anywhere, description: 'HTTPS: for all' },
  ],
  ['udp', { protocol: 'udp', ports: [1, 65_535], source: anywhere, description: '' }],
  ['all:*:1.2.3.4', { protocol: 'all', ports: [1, 65_535], source: '1.2.3.4', description: '' }],
  ['icmp', { protocol: 'icmp', ports: null, source: anywhere, description: '' }],
  ['icmp:10.0.0.0/8:Ping', { protocol: 'icmp', ports: null, source: '10.0.0.0/8', description: 'Ping' }],
])('%s is a rule', (text, rule) => {
  expect(parseRule(text)).toEqual(rule);
  expect(z.parse(rulesSetting, [text])).toEqual([rule]);
});

it.each([
  [''],
  ['22'],
  ['TCP:22'],
  ['tcp:0'],
  ['tcp:65536'],
  ['tcp:22-21'],
  ['tcp:22,23'],
  ['tcp:22:10.0.0'],
  ['tcp:22:10.0.0.0/33'],
  ['tcp:22:::1'],
  [`tcp:22::${'x'.repeat(129)}`],
  [{ protocol: 'icmp', port_range: [1, 2] }],
  [{ protocol: 'tcp', port_range: [1, 70_000] }],
  [{ protocol: 'tcp', ports: [1, 2] }],
])('%j is none', (rule) => {
  expect(z.safeParse(rulesSetting, [rule]).success).toBe(false);
});

it('mappings have the keys of the API, and defaults for what is left out', () => {
  expect(z.parse(rulesSetting, [{ protocol: 'tcp', port_range: [22, 22] }])).toEqual([parseRule('tcp:22')]);
  expect(z.parse(rulesSetting, [{ protocol: 'icmp' }])).toEqual([parseRule('icmp')]);
});
