import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest, test } from '@jest/globals';
import { whyNoMoto } from '../../support/aws/moto.ts';
import { type StrictAws, startStrictAws, testKeys, World } from '../../support/aws/strict/index.ts';
import { type AwsUser, awsUser } from '../../support/aws/strict/user.ts';
import { projectRoot } from '../../support/bin.ts';
import { devboxLines, shellWords } from '../../support/doc-lines.ts';
import { functionsOf, userStatements } from '../../support/infra/deployment.ts';
import { Permissions } from '../../support/infra/permissions.ts';

jest.setTimeout(240_000);

const missing = whyNoMoto();
if (missing) console.warn(`notice: the users' policy is not tried: ${missing}`);

/** Actions that one call of AWS' library asks IAM for, where they are not called as the command is. */
const otherNames: Readonly<Record<string, readonly string[]>> = {
  Get: ['GetItem'],
  Put: ['PutItem'],
  Update: ['UpdateItem'],
  Delete: ['DeleteItem'],
  TransactWrite: ['ConditionCheckItem', 'UpdateItem'],
};
const services: Readonly<Record<string, string>> = {
  'lib-dynamodb': 'dynamodb',
  'client-dynamodb': 'dynamodb',
  'client-ec2': 'ec2',
  'client-ssm': 'ssm',
  'client-sts': 'sts',
  'client-route-53': 'route53',
};

/** Every action that the sources ask for, by the commands of AWS' library that they import. */
function actionsIn(folders: readonly string[]): Set<string> {
  const files = folders.flatMap((folder) =>
    readdirSync(join(projectRoot, folder), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts'))
      .map((path) => readFileSync(join(projectRoot, folder, path), 'utf8')),
  );
  const found = new Set<string>();
  const imports = /\{([^{}]*)\}\s*(?:from|=\s*await import\()\s*'@aws-sdk\/([\w-]+)'/g;
  for (const file of files) {
    for (const [, names = '', library = ''] of file.matchAll(imports)) {
      const service = services[library];
      for (const [, command = ''] of names.matchAll(/\b(\w+)Command\b/g)) {
        for (const action of otherNames[command] ?? [command]) found.add(`${service}:${action}`);
      }
    }
  }
  return found;
}

describe('the users’ policy', () => {
  const granted = new Set(userStatements('route53').flatMap(({ actions }) => actions));

  it('has every action that the code asks for, and no other', () => {
    const asked = actionsIn(['src/providers/aws', 'src/lifecycle', 'src/dns', 'src/leases', 'src/base/aws']);
    // Marks at the making of a thing are an action of their own.
    asked.add('ec2:CreateTags');
    expect([...granted].sort()).toEqual([...asked].sort());
  });

  it('has all that the functions may do but read the keys of other providers', () => {
    const functions = Object.values(functionsOf('route53')).flatMap(({ statements }) =>
      statements.flatMap(({ actions }) => actions),
    );
    expect(functions.filter((action) => !granted.has(action))).toEqual([]);
  });
});

(missing ? describe.skip : describe)('a user with this policy and nothing else', () => {
  let aws: StrictAws;
  beforeAll(async () => {
    aws = await startStrictAws();
  });
  afterAll(() => aws.close());

  let world: World;
  let user: AwsUser;
  let permissions: Permissions;
  async function begin(): Promise<void> {
    world = await World.make(aws);
    permissions = new Permissions(world.account, new Map([[testKeys.accessKeyId, userStatements('none')]]));
    world.account.watchers.push(permissions);
    user = awsUser(world, [
      'api.poll_interval=0.02',
      'api.appear_within=0.0',
      'wait.poll_interval=0.02',
      'wait.ssh=false',
    ]);
  }
  afterEach(() => user.end());

  async function runAll(lines: readonly string[]): Promise<void> {
    for (const line of lines) {
      const { code, stderr } = await user.devbox(shellWords(line).slice(1));
      expect({ line, code, stderr, refused: permissions.refused }).toMatchObject({
        line,
        code: 0,
        refused: [],
      });
    }
  }

  test.each(['README.md', 'docs/aws.md'])('can do what %s shows', async (page) => {
    await begin();
    const lines = devboxLines(readFileSync(join(projectRoot, page), 'utf8'));
    const own = lines.filter((line) => line.includes('api=aws') && !line.startsWith('devbox ssh '));
    expect(own.length).toBeGreaterThan(2);
    await runAll(own);
  });

  test('can save, restore, resize and delete projects, and use boxes without one', async () => {
    await begin();
    await runAll(
      [
        'launch ws base_ami=ubuntu-24.04 instance_type=t3.micro',
        'snapshot ws',
        'status',
        'stop ws',
        'start ws',
        'restart ws',
        'down ws',
        'list images project=ws',
        'restore ws generation=1',
        'resize ws 20',
        'launch ws',
        'down ws discard=true',
        'reconcile',
        'delete-project ws force=true',
        'list regions',
        'list instance_types available_only=false',
        'ssh-keys',
        'up name=plain image_family=ubuntu-24.04 instance_type=t3.micro',
        'list',
        'down plain',
        'cleanup',
      ].map((line) => `devbox ${line} api=aws`),
    );
  });
});
