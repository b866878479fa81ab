import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import {
  functionEnv,
  mainTable,
  metaTable,
  parameters,
  reaperParameters,
} from '../../../src/lifecycle/deployment.ts';
import { managedBy, managedByFunctions, tagKeys } from '../../../src/lifecycle/marks.ts';
import { projectRoot } from '../../support/bin.ts';
import {
  account,
  type DnsProvider,
  functionsOf,
  modules,
  userStatements,
} from '../../support/infra/deployment.ts';
import { matches } from '../../support/infra/event-pattern.ts';
import { imageEvent, instanceEvent, snapshotEvent } from '../../support/infra/events.ts';
import { type Body, blocks, bodyOf } from '../../support/infra/hcl.ts';

const { root, vpc, devbox, config } = modules;
const tables = bodyOf(modules['snapshot-lambda'].resources['aws_dynamodb_table']);
const parametersMade = bodyOf(config.resources['aws_ssm_parameter']);

/** `hash_key`, `range_key` and the indexes of a table. */
function keysOf(table: Body): unknown {
  return {
    name: table['name'],
    keys: [table['hash_key'], table['range_key']].filter((key) => key !== undefined),
    indexes: blocks(table['global_secondary_index']).map((index) => ({
      name: index['name'],
      key: index['hash_key'],
      projection: index['projection_type'],
    })),
    types: Object.fromEntries(blocks(table['attribute']).map(({ name, type }) => [String(name), type])),
  };
}

describe('an empty account gets', () => {
  it('scenario 117: both tables with the keys that the code reads them by', () => {
    expect(keysOf(bodyOf(tables['main']))).toEqual({
      name: `\${var.prefix}${mainTable.suffix}`,
      keys: [mainTable.partitionKey],
      indexes: [],
      types: { [mainTable.partitionKey]: 'S' },
    });
    const { snapshotIndex } = metaTable;
    expect(keysOf(bodyOf(tables['meta']))).toEqual({
      name: `\${var.prefix}${metaTable.suffix}`,
      keys: [metaTable.partitionKey, metaTable.sortKey],
      indexes: [{ name: snapshotIndex.name, key: snapshotIndex.partitionKey, projection: 'ALL' }],
      types: { [metaTable.partitionKey]: 'S', [metaTable.sortKey]: 'S', [snapshotIndex.partitionKey]: 'S' },
    });
  });

  it.each(Object.entries(tables))(
    'scenario 117: the table %s with backups, and safe from a destroy',
    (_name, table) => {
      expect(table).toMatchObject({
        billing_mode: 'PAY_PER_REQUEST',
        deletion_protection_enabled: '${var.deletion_protection}',
        point_in_time_recovery: [{ enabled: true }],
      });
      expect(root.variables['deletion_protection']).toMatchObject({ default: true });
    },
  );

  it('scenario 117: the parameters that devbox looks for, of the right types', () => {
    const typeOf = Object.fromEntries(
      Object.values(parametersMade).map((made) => {
        const { name, type } = bodyOf(made);
        return [String(name).replace('${var.param_prefix}/', ''), type];
      }),
    );
    const { cloudflareToken, ...plain } = parameters;
    for (const name of Object.values(plain)) expect(typeOf).toHaveProperty([name], 'String');
    expect(typeOf).toHaveProperty([cloudflareToken], 'SecureString');
    expect(typeOf).toHaveProperty(['launchTemplateId_az${each.key}'], 'String');
  });

  it('scenario 117: a list of launch templates as JSON, in the order of the zones', () => {
    expect(parametersMade['launch_template_ids']).toMatchObject({
      value: '${jsonencode(var.launch_template_ids)}',
    });
    expect(bodyOf(vpc.locals)['zones']).toMatch(/^\$\{sort\(/);
    expect(bodyOf(devbox.resources['aws_launch_template'])['zone']).toMatchObject({
      for_each: expect.stringContaining('var.subnet_ids'),
    });
  });

  it('scenario 117: the inputs and outputs of the first deployments', () => {
    expect(Object.keys(root.variables)).toEqual(
      expect.arrayContaining([
        'prefix',
        'vpc_cidr',
        'ssh_cidr_blocks',
        'dns_provider',
        'dns_zone',
        'cloudflare_api_token',
      ]),
    );
    expect(Object.keys(root.outputs)).toEqual(expect.arrayContaining(['launch_template_ids', 'prefix']));
    expect(Object.keys(vpc.outputs)).toEqual(
      expect.arrayContaining([
        'vpc_id',
        'subnet_ids',
        'ssh_sg_id',
        'internet_gateway_id',
        'public_route_table_id',
      ]),
    );
    expect(Object.keys(devbox.outputs)).toEqual(['launch_template_ids', 'launch_template_names']);
    expect(Object.keys(modules['snapshot-lambda'].outputs)).toEqual([
      'create_image_lambda_function',
      'create_snapshots_lambda_function',
      'delete_volume_lambda_function',
      'dynamodb_metadata_name',
      'dynamodb_table_arn',
      'dynamodb_table_name',
      'mark_ready_lambda_function',
    ]);
    expect(Object.keys(modules['dns-cleanup-lambda'].outputs)).toEqual(['dns_cleanup_lambda_function']);
    expect(Object.keys(config.outputs)).toEqual([
      'param_launch_template_list',
      'param_launch_templates',
      'param_snapshot_table',
    ]);
  });
});

describe('applied again', () => {
  it('scenario 118: nothing moves because a zone is new, or impaired for an hour', () => {
    const zones = bodyOf(bodyOf(vpc.data['aws_availability_zones'])['ordinary']);
    expect(zones).not.toHaveProperty('state');
    expect(blocks(zones['filter'])).toEqual(
      expect.arrayContaining([{ name: 'opt-in-status', values: ['opt-in-not-required'] }]),
    );
    expect(bodyOf(vpc.resources['aws_subnet'])['public']).toMatchObject({ for_each: '${local.subnets}' });
    expect(vpc.locals['subnets']).toMatch(/index\(local\.letters/);
  });

  it('scenario 118: no parameter of another deployment is taken over', () => {
    for (const made of Object.values(parametersMade)) expect(made).not.toHaveProperty('overwrite');
  });

  it('scenario 118: nothing runs on the machine that applies it', () => {
    for (const module of Object.values(modules)) {
      expect(module.resources).not.toHaveProperty('null_resource');
      expect(module.resources).not.toHaveProperty('terraform_data');
      for (const named of Object.values(module.resources)) {
        for (const body of Object.values(named)) expect(body).not.toHaveProperty('provisioner');
      }
    }
  });

  it('scenario 118: a function never runs before its log group, which has an end', () => {
    const { resources } = modules.function;
    expect(bodyOf(resources['aws_cloudwatch_log_group'])['this']).toMatchObject({
      name: '/aws/lambda/${var.name}',
      retention_in_days: '${var.common.log_retention_days}',
    });
    expect(bodyOf(resources['aws_lambda_function'])['this']).toMatchObject({
      depends_on: expect.arrayContaining(['${aws_cloudwatch_log_group.this}']),
    });
    expect(root.variables['log_retention_days']).toMatchObject({ default: 14 });
  });
});

describe('safe by default', () => {
  it('scenario 119: who may reach SSH has to be said', () => {
    expect(root.variables['ssh_cidr_blocks']).not.toHaveProperty('default');
    const [ingress, ...others] = Object.values(bodyOf(vpc.resources['aws_vpc_security_group_ingress_rule']));
    expect(others).toEqual([]);
    expect(ingress).toMatchObject({
      for_each: '${toset(var.ssh_cidr_blocks)}',
      ip_protocol: 'tcp',
      from_port: 22,
      to_port: 22,
    });
    const inTheGroup = bodyOf(bodyOf(vpc.resources['aws_security_group'])['ssh']);
    expect(inTheGroup).not.toHaveProperty('ingress');
  });

  it('scenario 119: templates ask for IMDSv2 and give boxes no role', () => {
    const template = bodyOf(bodyOf(devbox.resources['aws_launch_template'])['zone']);
    expect(template['metadata_options']).toEqual([
      { http_endpoint: 'enabled', http_tokens: 'required', http_put_response_hop_limit: 1 },
    ]);
    expect(template).not.toHaveProperty('iam_instance_profile');
    // It would become a second disk beside the image's.
    expect(template).not.toHaveProperty('block_device_mappings');
    for (const module of Object.values(modules)) {
      expect(module.resources).not.toHaveProperty('aws_iam_instance_profile');
    }
  });

  it('scenario 119: the token of Cloudflare is in no state', () => {
    const token = bodyOf(parametersMade['cloudflare_api_token']);
    expect(token).toMatchObject({ value_wo: '${var.cloudflare_api_token}' });
    expect(token).not.toHaveProperty('value');
    expect(root.variables['cloudflare_api_token']).toMatchObject({ sensitive: true });
  });
});

describe('functions', () => {
  const functions = functionsOf('route53');

  it.each(Object.entries(functions))(
    '%s gets the variables that its code reads',
    (_name, { environment }) => {
      expect(environment).toMatchObject({
        [functionEnv.mainTable]: `${account.prefix}${mainTable.suffix}`,
        [functionEnv.metaTable]: `${account.prefix}${metaTable.suffix}`,
        [functionEnv.parameterPrefix]: `/${account.prefix}`,
        [functionEnv.deployment]: account.prefix,
      });
    },
  );

  it('those that delete old saves know how many are kept', () => {
    for (const { environment, statements } of Object.values(functions)) {
      const deletes = statements.some(({ actions }) => actions.includes('ec2:DeregisterImage'));
      if (deletes) expect(environment).toHaveProperty(functionEnv.keepImages, '2');
    }
  });

  it.each<[string, unknown, readonly string[]]>([
    ['a box going away', instanceEvent('i-0aaa', 'shutting-down'), ['create_snapshots', 'cleanup_dns']],
    [
      'a box gone',
      instanceEvent('i-0aaa', 'terminated'),
      ['create_snapshots', 'delete_volume', 'cleanup_dns'],
    ],
    ['a box that stops', instanceEvent('i-0aaa', 'stopping'), []],
    ['a snapshot that is there', snapshotEvent('snap-0aaa', 'vol-0aaa', 'succeeded'), ['create_image']],
    ['a snapshot that failed', snapshotEvent('snap-0aaa', 'vol-0aaa', 'failed'), ['create_image']],
    ['a copied snapshot', snapshotEvent('snap-0aaa', 'vol-0aaa', 'succeeded', 'copySnapshot'), []],
    ['an image that is there', imageEvent('ami-0aaa', 'available'), ['mark_ready']],
    ['an image that failed', imageEvent('ami-0aaa', 'failed'), ['mark_ready']],
    ['an image that is gone', imageEvent('ami-0aaa', 'deregistered'), []],
    ['another service', { ...instanceEvent('i-0aaa', 'terminated'), source: 'aws.rds' }, []],
  ])('%s calls those that have something to do', (_name, event, called) => {
    const names = Object.entries(functions).flatMap(([name, { patterns }]) =>
      Object.values(patterns).some((pattern) => matches(pattern, event)) ? [name] : [],
    );
    expect(names.sort()).toEqual([...called].sort());
  });

  it('the schedule calls reconcile', () => {
    expect(functions['reconcile']?.schedules).toEqual([expect.stringMatching(/^rate\(\d+ minutes\)$/)]);
  });

  it('what cannot be delivered or handled is kept', () => {
    const { resources } = modules.function;
    const queue = '${var.common.dead_letter_queue_arn}';
    expect(bodyOf(resources['aws_cloudwatch_event_target'])['this']).toMatchObject({
      dead_letter_config: [{ arn: queue }],
      retry_policy: [
        { maximum_event_age_in_seconds: expect.any(Number), maximum_retry_attempts: expect.any(Number) },
      ],
    });
    expect(bodyOf(resources['aws_lambda_function_event_invoke_config'])['this']).toMatchObject({
      maximum_retry_attempts: 2,
      destination_config: [{ on_failure: [{ destination: queue }] }],
    });
    expect(bodyOf(root.resources['aws_sqs_queue'])['dead_letters']).toMatchObject({
      message_retention_seconds: 14 * 24 * 3600,
      sqs_managed_sse_enabled: true,
    });
  });
});

describe('permissions', () => {
  /** Every change to something that exists already. */
  const destroys = /^ec2:(Terminate|Stop|Reboot|Start|Deregister|Delete|Modify)/;
  const everyone = (dns: DnsProvider) => [
    ...Object.entries(functionsOf(dns)).map(([name, { statements }]) => ({ name, statements })),
    { name: 'users', statements: userStatements(dns) },
  ];
  const all = everyone('route53').flatMap(({ name, statements }) =>
    statements.map((statement) => ({ name, ...statement })),
  );

  it('only what carries devbox’s marks of this deployment can be changed or deleted', () => {
    const marks = [`aws:ResourceTag/${tagKeys.managedBy}`, `aws:ResourceTag/${tagKeys.deployment}`];
    for (const { name, actions, condition } of all) {
      if (!actions.some((action) => destroys.test(action))) continue;
      const tested = Object.values(condition).flatMap((keys) => Object.keys(keys));
      // Keys are an account's, not a deployment's.
      const [mark = ''] = marks;
      const needed = actions.every((action) => action === 'ec2:DeleteKeyPair') ? [mark] : marks;
      expect({ name, actions, tested }).toEqual({ name, actions, tested: expect.arrayContaining(needed) });
    }
  });

  it('marks are spelled as the code spells them', () => {
    const { locals } = modules.grants;
    expect(locals['ours']).toEqual({
      StringEquals: {
        [`aws:ResourceTag/${tagKeys.managedBy}`]: managedBy,
        [`aws:ResourceTag/${tagKeys.deployment}`]: '${var.prefix}',
      },
    });
    const asked = {
      [`aws:RequestTag/${tagKeys.managedBy}`]: managedBy,
      [`aws:RequestTag/${tagKeys.deployment}`]: '${var.prefix}',
    };
    expect(locals['marked']).toEqual({ StringEquals: asked });
    expect(locals['adopts_older']).toEqual({
      StringEquals: { ...asked, [`aws:ResourceTag/${tagKeys.managedBy}`]: [managedBy, managedByFunctions] },
      Null: { [`aws:ResourceTag/${tagKeys.deployment}`]: 'true' },
    });
  });

  it('nobody gets whole services, and * only where AWS knows nothing narrower', () => {
    const onAnything = /^ec2:Describe|^route53:ListHostedZonesByName$|^sts:GetCallerIdentity$/;
    for (const { name, actions, resources } of all) {
      for (const action of actions) expect(action).toMatch(/^[a-z0-9-]+:[A-Za-z]+$/);
      if (!resources.includes('*')) continue;
      expect({ name, actions: actions.filter((action) => !onAnything.test(action)) }).toEqual({
        name,
        actions: [],
      });
    }
  });

  it('only the schedule may read the keys of other providers', () => {
    const arns = Object.values(reaperParameters).map(
      (name) => `arn:aws:ssm:${account.region}:${account.id}:parameter/${account.prefix}/${name}`,
    );
    for (const arn of arns) {
      const readers = everyone('route53').flatMap(({ name, statements }) =>
        statements.some(({ resources }) =>
          resources.some((resource) => arn.startsWith(resource.replace(/\*$/, '')) && resource !== '*'),
        )
          ? [name]
          : [],
      );
      expect({ arn, readers }).toEqual({ arn, readers: ['reconcile'] });
    }
  });

  it.each<[DnsProvider, RegExp]>([
    ['none', /^route53:|cloudflare/],
    ['cloudflare', /^route53:/],
    ['route53', /cloudflare/],
  ])('with DNS from %s nobody gets what another provider needs', (dns, unneeded) => {
    for (const { name, statements } of everyone(dns)) {
      const found = statements.flatMap(({ actions, resources }) => [...actions, ...resources]);
      expect({ name, found: found.filter((text) => unneeded.test(text)) }).toEqual({ name, found: [] });
    }
  });
});

it('no module is left out here', () => {
  expect(readdirSync(join(projectRoot, 'infra/aws/modules')).sort()).toEqual(
    Object.keys(modules)
      .filter((name) => name !== 'root')
      .sort(),
  );
});
