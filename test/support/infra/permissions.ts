import type { Account, Watcher } from '../aws/strict/account.ts';
import type { Call } from '../aws/strict/calls.ts';
import { Refusal } from '../aws/strict/refusal.ts';
import type { Statement } from './deployment.ts';
import { blocks, bodyOf } from './hcl.ts';

type Tags = ReadonlyMap<string, string>;

/** One thing that a call needs to be permitted. */
interface Need {
  readonly action: string;
  readonly resource: string;
  /** Marks of what is there already, by `aws:ResourceTag/`, and of what is asked for, by `aws:RequestTag/`. */
  readonly resourceTags?: Tags;
  readonly requestTags?: Tags;
  /** The call that makes what is tagged. */
  readonly createAction?: string;
  readonly recordTypes?: readonly string[];
}

/**
 * Refuses what a role does not permit, as IAM does for the operators and keys that infra/aws uses. Whose calls they are is
 * told by access key; others may do everything. Resources and keys of EC2's calls after the Service Authorization Reference.
 */
export class Permissions implements Watcher {
  /** What was refused, in words. */
  readonly refused: string[] = [];
  /** Actions that were asked for, by access key. */
  readonly used = new Map<string, Set<string>>();

  constructor(
    private readonly account: Account,
    private readonly roles: ReadonlyMap<string, readonly Statement[]>,
  ) {}

  before(call: Call): void {
    const statements = this.roles.get(call.accessKey);
    if (statements === undefined) return;
    for (const need of needsOf(call, this.account)) {
      const used = this.used.get(call.accessKey) ?? new Set();
      this.used.set(call.accessKey, used.add(need.action));
      if (statements.some((statement) => permits(statement, need))) continue;
      const said = `${call.accessKey} may not ${need.action} on ${need.resource}`;
      this.refused.push(said);
      const isEc2 = call.name.startsWith('ec2:');
      throw new Refusal(isEc2 ? 'UnauthorizedOperation' : 'AccessDeniedException', said, isEc2 ? 403 : 400);
    }
  }
}

function permits({ actions, resources, condition }: Statement, need: Need): boolean {
  return (
    actions.includes(need.action) &&
    resources.some((pattern) => matchesArn(pattern, need.resource)) &&
    Object.entries(condition).every(([operator, keys]) =>
      Object.entries(keys).every(([key, wanted]) => holds(operator, valuesOf(key, need), wanted)),
    )
  );
}

function matchesArn(pattern: string, arn: string): boolean {
  const escaped = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${escaped.join('.*')}$`).test(arn);
}

/** The values of a condition key in a request; undefined where it has none. */
function valuesOf(key: string, need: Need): readonly string[] | undefined {
  const [kind, ...rest] = key.split('/');
  const tag = rest.join('/');
  const one = (value: string | undefined) => (value === undefined ? undefined : [value]);
  switch (kind) {
    case 'aws:ResourceTag':
      return one(need.resourceTags?.get(tag));
    case 'aws:RequestTag':
      return one(need.requestTags?.get(tag));
    case 'ec2:CreateAction':
      return one(need.createAction);
    case 'route53:ChangeResourceRecordSetsRecordTypes':
      return need.recordTypes;
    default:
      throw new Error(`nobody has taught this test the condition key ${key}`);
  }
}

function holds(operator: string, values: readonly string[] | undefined, wanted: unknown): boolean {
  const allowed = [wanted].flat().map(String);
  switch (operator) {
    case 'StringEquals':
      return values?.every((value) => allowed.includes(value)) ?? false;
    case 'ForAllValues:StringEquals':
      return (values ?? []).every((value) => allowed.includes(value));
    case 'StringEqualsIfExists':
      return values?.every((value) => allowed.includes(value)) ?? true;
    case 'Null':
      return (values === undefined) === (allowed[0] === 'true');
    default:
      throw new Error(`nobody has taught this test the operator ${operator}`);
  }
}

/** What IAM asks for one call. */
function needsOf({ name, params }: Call, account: Account): Need[] {
  const [service = '', operation = ''] = name.split(':');
  const body = bodyOf(params);
  switch (service) {
    case 'ec2':
      return ec2Needs(operation, body, account);
    case 'dynamodb':
      return dynamoNeeds(operation, body, account);
    case 'ssm':
      return [body['Names'] ?? body['Name']].flat().map((each) => ({
        action: name,
        resource: `arn:aws:ssm:${account.region}:${account.id}:parameter${String(each)}`,
      }));
    case 'route53':
      return [
        {
          action: name,
          resource: operation === 'ListHostedZonesByName' ? '*' : 'arn:aws:route53:::hostedzone/Z123',
          recordTypes: ['CNAME'],
        },
      ];
    default:
      return [{ action: name, resource: '*' }];
  }
}

function dynamoNeeds(operation: string, body: Readonly<Record<string, unknown>>, account: Account): Need[] {
  const table = (name: unknown) => `arn:aws:dynamodb:${account.region}:${account.id}:table/${String(name)}`;
  if (operation === 'TransactWriteItems') {
    return blocks(body['TransactItems']).flatMap((item) =>
      Object.entries(item).map(([kind, what]) => ({
        action: `dynamodb:${kind === 'ConditionCheck' ? 'ConditionCheckItem' : `${kind}Item`}`,
        resource: table(bodyOf(what)['TableName']),
      })),
    );
  }
  const index = body['IndexName'];
  const own = table(body['TableName']);
  return [
    {
      action: `dynamodb:${operation}`,
      resource: index === undefined ? own : `${own}/index/${String(index)}`,
    },
  ];
}

function ec2Needs(
  operation: string,
  body: Readonly<Record<string, unknown>>,
  { cloud, region, id }: Account,
): Need[] {
  const action = `ec2:${operation}`;
  const isShared = (kind: string): boolean => kind === 'image' || kind === 'snapshot';
  const arn = (kind: string, name: unknown): string =>
    `arn:aws:ec2:${region}:${isShared(kind) ? '' : id}:${kind}/${String(name)}`;
  const tags = (name: unknown): Tags => {
    const key = String(name);
    const { instances, volumes, snapshots, images } = cloud;
    return (
      (instances.get(key) ?? volumes.get(key) ?? snapshots.get(key) ?? images.get(key))?.tags ?? new Map()
    );
  };
  const existing = (kind: string, name: unknown): Need => ({
    action,
    resource: arn(kind, name),
    resourceTags: tags(name),
  });
  const asked = new Map(
    blocks(body['TagSpecification']).map(({ ResourceType, Tag }) => [String(ResourceType), tagMap(Tag)]),
  );
  /** What a call makes, and the tags that it gives it. */
  const made = (kind: string): Need[] => {
    const requestTags = asked.get(kind);
    return [
      { action, resource: arn(kind, '*'), ...(requestTags ? { requestTags } : {}) },
      ...(requestTags
        ? [{ action: 'ec2:CreateTags', resource: arn(kind, '*'), requestTags, createAction: operation }]
        : []),
    ];
  };
  const kindOf = (name: unknown): string =>
    ({ i: 'instance', vol: 'volume', snap: 'snapshot', ami: 'image', eni: 'network-interface' })[
      String(name).split('-')[0] ?? ''
    ] ?? 'unknown';
  if (operation.startsWith('Describe')) return [{ action, resource: '*' }];
  switch (operation) {
    case 'CreateSnapshot':
      return [existing('volume', body['VolumeId']), ...made('snapshot')];
    case 'RunInstances':
      return [
        ...['instance', 'volume', 'network-interface'].flatMap(made),
        ...['image', 'key-pair', 'launch-template', 'security-group', 'snapshot', 'subnet'].map((kind) => ({
          action,
          resource: arn(kind, 'of-the-launch'),
        })),
      ];
    case 'ImportKeyPair':
      return made('key-pair');
    case 'DeleteKeyPair':
      return [
        {
          action,
          resource: arn('key-pair', body['KeyName']),
          resourceTags: new Map([['ManagedBy', 'devbox-cli']]),
        },
      ];
    case 'CreateImage':
      return [existing('instance', body['InstanceId']), ...made('image'), ...made('snapshot')];
    case 'RegisterImage': {
      const snapshots = blocks(body['BlockDeviceMapping']).map(({ Ebs }) => bodyOf(Ebs)['SnapshotId']);
      return [...made('image'), ...snapshots.map((snapshot) => existing('snapshot', snapshot))];
    }
    case 'CreateTags':
      return [body['ResourceId']].flat().map((name) => ({
        ...existing(kindOf(name), name),
        requestTags: tagMap(body['Tag']),
      }));
    case 'StopInstances':
    case 'StartInstances':
    case 'RebootInstances':
    case 'TerminateInstances':
      return [body['InstanceId']].flat().map((name) => existing('instance', name));
    case 'ModifyInstanceAttribute':
      return [existing('instance', body['InstanceId'])];
    case 'DeregisterImage':
      return [existing('image', body['ImageId'])];
    case 'DeleteSnapshot':
      return [existing('snapshot', body['SnapshotId'])];
    case 'DeleteVolume':
      return [existing('volume', body['VolumeId'])];
    default:
      throw new Error(`nobody has taught this test what ${action} needs`);
  }
}

function tagMap(tags: unknown): Tags {
  return new Map(blocks(tags).map(({ Key, Value }) => [String(Key), String(Value ?? '')]));
}
