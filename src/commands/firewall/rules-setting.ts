import * as z from 'zod/mini';
import type { FirewallRule } from '../../providers/facets/firewall.ts';

/** Protocols of rules; only `icmp` has no ports. */
const protocols = ['tcp', 'udp', 'icmp', 'all'] as const;

const anywhere = '0.0.0.0/0';
const everyPort = [1, 65_535] as const;

const port = z
  .int()
  .check(z.minimum(1, 'a port from 1 to 65535'), z.maximum(65_535, 'a port from 1 to 65535'));

const ruleObject = z.strictObject({
  protocol: z.enum(protocols, { error: `one of ${protocols.join(', ')}` }),
  port_range: z._default(z.nullable(z.tuple([port, port])), null),
  source_network: z._default(z.string(), anywhere),
  description: z._default(z.string(), ''),
});

/** One rule as it is set: a text such as `tcp:22`, or a mapping with the API's own keys, as `--json` prints it. */
const rule = z.pipe(
  z.union([z.string(), ruleObject], { error: `${forms()}, or a mapping` }),
  z.transform((value, context): FirewallRule => {
    const read = typeof value === 'string' ? parseRule(value) : fromObject(value);
    const problem = typeof read === 'string' ? read : problemOf(read);
    if (problem !== undefined) context.issues.push({ code: 'custom', message: problem, input: value });
    return typeof read === 'string' ? { protocol: '', ports: null, source: '', description: '' } : read;
  }),
);

/** The setting of commands that write rules. */
export const rulesSetting = z.array(rule, { error: 'must be a list of rules, such as [tcp:22,icmp]' });

/** What single rules that are added or removed look like, for descriptions. */
export const singleRules = '[tcp:8080]';

/** What is accepted, for descriptions and errors. */
function forms(): string {
  return 'PROTOCOL[:PORTS[:SOURCE[:DESCRIPTION]]], such as tcp:22, tcp:8000-8100:10.0.0.0/8 or icmp';
}

export const rulesMeaning = `the rules, in the place of those before: [${'tcp:22,tcp:8000-8100:10.0.0.0/8:Web,icmp'}]`;

/**
 * Reads `PROTOCOL[:PORTS[:SOURCE[:DESCRIPTION]]]`; of `icmp`, which has no ports, `icmp[:SOURCE[:DESCRIPTION]]`. Without
 * a source it holds for every one, and without ports for all of them.
 * @returns what is wrong with it, where it is no rule.
 */
export function parseRule(text: string): FirewallRule | string {
  const [protocol = '', ...rest] = text.split(':');
  const isKnown = protocols.some((known) => known === protocol);
  if (!isKnown) return `must be ${forms()}`;
  const hasPorts = protocol !== 'icmp';
  const range = hasPorts ? portsIn(rest[0] ?? '') : null;
  if (range === undefined) return 'must have ports from 1 to 65535, such as 22 or 8000-8100';
  const [source, ...description] = hasPorts ? rest.slice(1) : rest;
  // An IPv6 address, such as ::1, must not be taken for everybody and a description.
  if (!source && description[0] === '' && description.length > 1) return noNetwork;
  return { protocol, ports: range, source: source || anywhere, description: description.join(':') };
}

const noNetwork = 'must have an IPv4 address or network as its source, such as 10.0.0.0/8';

function portsIn(text: string): readonly [number, number] | undefined {
  if (text === '' || text === '*') return everyPort;
  const found = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text);
  if (!found) return undefined;
  const first = Number(found[1]);
  return [first, Number(found[2] ?? first)];
}

function fromObject({
  protocol,
  port_range,
  source_network,
  description,
}: z.infer<typeof ruleObject>): FirewallRule {
  const ports = port_range ?? (protocol === 'icmp' ? null : everyPort);
  return { protocol, ports, source: source_network, description };
}

function problemOf({ protocol, ports, source, description }: FirewallRule): string | undefined {
  if (protocol === 'icmp' && ports !== null) return 'must have no ports: icmp has none';
  if (ports !== null && (ports[0] < 1 || ports[1] > 65_535)) return 'must have ports from 1 to 65535';
  if (ports !== null && ports[1] < ports[0])
    return `must have ports that go upwards: ${ports[1]}-${ports[0]}`;
  if (!isNetwork(source)) return noNetwork;
  if ([...description].length > 128) return 'must have a description of at most 128 characters';
  return undefined;
}

function isNetwork(text: string): boolean {
  const found = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})(?:\/(\d{1,2}))?$/.exec(text);
  if (!found) return false;
  const [a, b, c, d, mask = '32'] = found.slice(1).map((part) => part ?? '32');
  return [a, b, c, d].every((part) => Number(part) <= 255) && Number(mask) <= 32;
}
