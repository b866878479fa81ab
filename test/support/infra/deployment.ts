import { join } from 'node:path';
import { projectRoot } from '../bin.ts';
import { type Body, blocks, bodyOf, evaluate, type Module, readModules, type Scope } from './hcl.ts';

const folder = join(projectRoot, 'infra/aws');
const part = (name: string): string => join(folder, 'modules', name);

/** The root and the modules below it. */
export const modules = readModules({
  root: folder,
  vpc: part('vpc'),
  devbox: part('devbox'),
  'snapshot-lambda': part('snapshot-lambda'),
  'dns-cleanup-lambda': part('dns-cleanup-lambda'),
  'reconcile-lambda': part('reconcile-lambda'),
  config: part('config'),
  grants: part('grants'),
  function: part('function'),
});

export type ModuleName = keyof typeof modules;

/** What the account of the tests is, as far as names depend on it. */
export const account = { id: '123456789012', region: 'us-east-1', prefix: 'devbox' };

/** One statement of a policy. */
export interface Statement {
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly condition: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** A deployed function as the module makes it. */
export interface DeployedFunction {
  readonly name: string;
  /** `create-snapshots.handler` */
  readonly handler: string;
  readonly timeoutSeconds: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly statements: readonly Statement[];
  /** By the name of the rule. */
  readonly patterns: Readonly<Record<string, Body>>;
  readonly schedules: readonly string[];
}

export type DnsProvider = 'none' | 'route53' | 'cloudflare';

/** What each function is when the root module is applied with these variables. */
export function functionsOf(dns: DnsProvider, given: Body = {}): Record<string, DeployedFunction> {
  const rootScope = scopeOf('root', {
    ...defaultsOf(modules.root),
    ...given,
    prefix: account.prefix,
    dns_provider: dns,
  });
  const found: Record<string, DeployedFunction> = {};
  for (const name of ['snapshot-lambda', 'dns-cleanup-lambda', 'reconcile-lambda'] as const) {
    const call = bodyOf(modules.root.calls[name.replaceAll('-', '_')]);
    const scope = scopeOf(name, { ...bodyOf(evaluate(call, rootScope)), grants: statementsFor(dns) });
    for (const [key, body] of Object.entries(modules[name].calls)) {
      found[key] = functionOf(bodyOf(evaluate(body, scope)));
    }
  }
  return found;
}

function functionOf(body: Body): DeployedFunction {
  const environment = bodyOf(body['environment']);
  const isKnown = (value: unknown): boolean => value !== null && !String(value).includes('${');
  const rules = Object.entries(bodyOf(body['rules'])).map(([name, rule]) => ({ name, ...bodyOf(rule) }));
  return {
    name: String(body['name']),
    handler: String(body['handler']),
    timeoutSeconds: Number(body['timeout']),
    environment: Object.fromEntries(
      Object.entries(environment).flatMap(([key, value]) => (isKnown(value) ? [[key, String(value)]] : [])),
    ),
    statements: blocks(body['statements']).map(statementOf),
    patterns: Object.fromEntries(
      rules.flatMap((rule: Body) =>
        'pattern' in rule ? [[String(rule['name']), bodyOf(rule['pattern'])]] : [],
      ),
    ),
    schedules: rules.flatMap((rule: Body) => ('schedule' in rule ? [String(rule['schedule'])] : [])),
  };
}

/** What the policy document for users says. */
export function userStatements(dns: DnsProvider): Statement[] {
  return blocks(statementsFor(dns)['user']).map(statementOf);
}

/** The statements of the module `grants`, by what they are for. */
function statementsFor(dns: DnsProvider): Body {
  const scope = scopeOf('grants', { prefix: account.prefix, dns_provider: dns, dns_zone: 'dev.example.com' });
  return bodyOf(evaluate(bodyOf(modules.grants.outputs['statements'])['value'], scope));
}

function statementOf(body: Body): Statement {
  if (!('Action' in body)) throw new Error('a statement of a policy could not be worked out');
  const texts = (value: unknown): string[] => [value].flat(3).map(String);
  const unknown = texts(body['Resource']).find((text) => text.includes('${'));
  if (unknown !== undefined) throw new Error(`a resource of a policy could not be worked out: ${unknown}`);
  return {
    actions: texts(body['Action']),
    resources: texts(body['Resource']),
    condition: Object.fromEntries(
      Object.entries(bodyOf(body['Condition'])).map(([operator, keys]) => [operator, bodyOf(keys)]),
    ),
  };
}

function defaultsOf({ variables }: Module): Body {
  return Object.fromEntries(
    Object.entries(variables).flatMap(([name, { default: value }]) =>
      value === undefined ? [] : [[name, value]],
    ),
  );
}

/** Names of a module: its variables as given or by default, its locals, and what AWS would say. */
function scopeOf(name: ModuleName, given: Body): Scope {
  const module: Module = modules[name];
  const variables = { ...defaultsOf(module), ...given };
  const known: Body = {
    'data.aws_caller_identity.current.account_id': account.id,
    'data.aws_partition.current.partition': 'aws',
    'data.aws_region.current.region': account.region,
    'data.aws_route53_zone.this[*].arn': ['arn:aws:route53:::hostedzone/Z123'],
    'aws_dynamodb_table.main.name': `${account.prefix}-main`,
    'aws_dynamodb_table.meta.name': `${account.prefix}-meta`,
    'module.snapshot_lambda.dynamodb_table_name': `${account.prefix}-main`,
    'module.snapshot_lambda.dynamodb_metadata_name': `${account.prefix}-meta`,
    'local.dns_by_provider[var.dns_provider]': bodyOf(module.locals['dns_by_provider'])[
      String(variables['dns_provider'])
    ],
  };
  return (text) => {
    if (text in known) return known[text];
    const [kind, key = '', ...rest] = text.split('.');
    const from = kind === 'var' ? variables : kind === 'local' ? module.locals : {};
    return rest.reduce<unknown>((value, each) => bodyOf(value)[each], from[key]);
  };
}
