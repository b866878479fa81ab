import {
  CreateImageCommand,
  CreateSnapshotCommand,
  DeleteSnapshotCommand,
  DeregisterImageCommand,
  DescribeImagesCommand,
  DescribeInstancesCommand,
  DescribeSnapshotsCommand,
  DescribeVolumesCommand,
  RegisterImageCommand,
  RunInstancesCommand,
  StartInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import {
  ChangeResourceRecordSetsCommand,
  ListHostedZonesByNameCommand,
  ListResourceRecordSetsCommand,
} from '@aws-sdk/client-route-53';
import { GetParameterCommand } from '@aws-sdk/client-ssm';
import { GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { whyNoMoto } from '../../support/aws/moto.ts';
import {
  type Clients,
  gpuParameter,
  type StrictAws,
  startStrictAws,
  World,
} from '../../support/aws/strict/index.ts';

const missing = whyNoMoto();
if (missing) console.warn(`notice: the strict AWS is not tried: ${missing}`);

(missing ? describe.skip : describe)('a strict AWS', () => {
  let aws: StrictAws;
  let world: World;
  let clients: Clients;
  beforeAll(async () => {
    aws = await startStrictAws();
  });
  afterAll(() => aws.close());
  beforeEach(async () => {
    world = await World.make(aws);
    // Whoever they are, the invariants are not for them.
    clients = world.somebody();
  });
  afterEach(() => world.end());

  /** Starts a machine as a launch does. */
  async function run(imageId = world.images.ubuntu, extra: object = {}): Promise<string> {
    const { Instances } = await clients.ec2.send(
      new RunInstancesCommand({
        LaunchTemplate: { LaunchTemplateId: world.deployment.templateIds[0], Version: '$Latest' },
        ImageId: imageId,
        InstanceType: 't3.micro',
        KeyName: world.deployment.keyPair,
        MinCount: 1,
        MaxCount: 1,
        TagSpecifications: [
          { ResourceType: 'instance', Tags: [{ Key: 'Project', Value: 'ws' }] },
          { ResourceType: 'volume', Tags: [{ Key: 'Project', Value: 'ws' }] },
        ],
        ...extra,
      }),
    );
    return Instances?.[0]?.InstanceId ?? '';
  }
  const state = async (id: string) => {
    const { Reservations = [] } = await clients.ec2.send(new DescribeInstancesCommand({ InstanceIds: [id] }));
    return Reservations[0]?.Instances?.[0]?.State?.Name;
  };
  const fails = (sent: Promise<unknown>) =>
    sent.then(
      () => 'nothing',
      (error: unknown) => (error instanceof Error ? error.name : String(error)),
    );

  test('has the tables, parameters and templates of a deployment', async () => {
    const { Parameter } = await clients.ssm.send(
      new GetParameterCommand({ Name: '/devbox/launchTemplateIds' }),
    );
    expect(JSON.parse(Parameter?.Value ?? '')).toEqual(world.deployment.templateIds);
    const { Parameter: gpu } = await clients.ssm.send(new GetParameterCommand({ Name: gpuParameter }));
    expect(gpu?.Value).toBe(world.images.gpu);
    await clients.dynamo.send(
      new UpdateCommand({
        TableName: world.deployment.mainTable,
        Key: { project: 'ws' },
        UpdateExpression: 'SET #s = :s',
        ConditionExpression: 'attribute_not_exists(#p)',
        ExpressionAttributeNames: { '#s': 'Status', '#p': 'project' },
        ExpressionAttributeValues: { ':s': 'READY' },
      }),
    );
    expect(await world.row('ws')).toEqual({ project: 'ws', Status: 'READY' });
    expect(world.calls.all().map(({ name, outcome }) => `${name} ${outcome}`)).toEqual([
      'ssm:GetParameter ok',
      'ssm:GetParameter ok',
      'dynamodb:UpdateItem ok',
    ]);
  });

  test('carries a disk from machine to image to machine', async () => {
    const first = await run();
    expect(await state(first)).toBe('pending');
    expect(await state(first)).toBe('running');
    world.write(first, 'my work');
    await clients.ec2.send(new StopInstancesCommand({ InstanceIds: [first] }));
    expect([await state(first), await state(first)]).toEqual(['stopping', 'stopped']);
    const { ImageId = '' } = await clients.ec2.send(
      new CreateImageCommand({
        InstanceId: first,
        Name: 'devbox ws 1',
        TagSpecifications: ['image' as const, 'snapshot' as const].map((ResourceType) => ({
          ResourceType,
          Tags: [{ Key: 'Project', Value: 'ws' }],
        })),
      }),
    );
    const images = async () =>
      (await clients.ec2.send(new DescribeImagesCommand({ Owners: ['self'] }))).Images ?? [];
    expect(await images()).toMatchObject([{ ImageId, State: 'pending', BlockDeviceMappings: [] }]);
    const [image] = await images();
    expect(image).toMatchObject({
      State: 'available',
      EnaSupport: true,
      RootDeviceName: '/dev/sda1',
      Tags: [{ Key: 'Project', Value: 'ws' }],
      BlockDeviceMappings: [{ DeviceName: '/dev/sda1', Ebs: { VolumeSize: 8, VolumeType: 'gp3' } }],
    });
    const snapshotId = image?.BlockDeviceMappings?.[0]?.Ebs?.SnapshotId ?? '';
    const { Images: users } = await clients.ec2.send(
      new DescribeImagesCommand({
        Filters: [{ Name: 'block-device-mapping.snapshot-id', Values: [snapshotId] }],
      }),
    );
    expect(users).toHaveLength(1);
    expect(await fails(clients.ec2.send(new DeleteSnapshotCommand({ SnapshotId: snapshotId })))).toBe(
      'InvalidSnapshot.InUse',
    );
    const second = await run(ImageId);
    expect(world.read(second).at(-1)).toBe('my work');
    await clients.ec2.send(new TerminateInstancesCommand({ InstanceIds: [second] }));
    expect(await state(second)).toBe('shutting-down');
    expect(world.cloud.volumesOf(second)).toHaveLength(1);
    expect(await state(second)).toBe('terminated');
    const { Volumes } = await clients.ec2.send(new DescribeVolumesCommand({}));
    expect(Volumes).toMatchObject([{ Attachments: [{ InstanceId: first }] }]);
    await clients.ec2.send(new DeregisterImageCommand({ ImageId }));
    await clients.ec2.send(new DeleteSnapshotCommand({ SnapshotId: snapshotId }));
    expect(await fails(run(ImageId))).toBe('InvalidAMIID.Unavailable');
  });

  test('registers only what is there, under a name of its own', async () => {
    const box = await run();
    world.arrive();
    const [volume] = world.cloud.volumesOf(box);
    const { SnapshotId = '' } = await clients.ec2.send(new CreateSnapshotCommand({ VolumeId: volume?.id }));
    const register = (snapshot: string, name = 'devbox ws 1') =>
      clients.ec2.send(
        new RegisterImageCommand({
          Name: name,
          Architecture: 'x86_64',
          VirtualizationType: 'hvm',
          RootDeviceName: '/dev/sda1',
          BlockDeviceMappings: [{ DeviceName: '/dev/sda1', Ebs: { SnapshotId: snapshot } }],
        }),
      );
    expect(await fails(register(SnapshotId))).toBe('IncorrectState');
    world.progress.finish(SnapshotId);
    expect(await fails(register('snap-0123456789abcdef0'))).toBe('InvalidSnapshot.NotFound');
    const { ImageId = '' } = await register(SnapshotId);
    expect(await fails(register(SnapshotId))).toBe('InvalidAMIName.Duplicate');
    world.progress.finish(ImageId, 'Client.InternalError');
    const { Images } = await clients.ec2.send(new DescribeImagesCommand({ ImageIds: [ImageId] }));
    expect(Images).toMatchObject([{ State: 'failed', EnaSupport: false }]);
    expect(world.events().map((event) => event['detail-type'])).toContain('EC2 AMI State Change');
    expect(await fails(register(SnapshotId, 'é'))).toBe('InvalidAMIName.Malformed');
  });

  test('starts one machine for one token', async () => {
    const ask = { ClientToken: 'run-1' };
    const first = await run(undefined, ask);
    expect(await run(undefined, ask)).toBe(first);
    expect(await fails(run(world.images.debian, ask))).toBe('IdempotentParameterMismatch');
    const { Reservations } = await clients.ec2.send(
      new DescribeInstancesCommand({ Filters: [{ Name: 'client-token', Values: ['run-1'] }] }),
    );
    expect(Reservations).toHaveLength(1);
    expect(await fails(run(undefined, { UserData: 'plain words' }))).toBe('InvalidUserData.Malformed');
    expect(await fails(run(undefined, { KeyName: 'nobody' }))).toBe('InvalidKeyPair.NotFound');
    expect(await fails(run(world.images.arm))).toBe('InvalidParameterValue');
  });

  test('refuses where there is no capacity', async () => {
    world.cloud.limits = [{ zone: 'us-east-1a' }, { type: 'p5.48xlarge', code: 'VcpuLimitExceeded' }];
    expect(await fails(run())).toBe('InsufficientInstanceCapacity');
    const second = { LaunchTemplate: { LaunchTemplateId: world.deployment.templateIds[1] } };
    expect(await fails(run(undefined, { ...second, InstanceType: 'p5.48xlarge' }))).toBe('VcpuLimitExceeded');
    const box = await run(undefined, second);
    world.arrive();
    await clients.ec2.send(new StopInstancesCommand({ InstanceIds: [box] }));
    expect(await fails(clients.ec2.send(new StartInstancesCommand({ InstanceIds: [box] })))).toBe(
      'IncorrectInstanceState',
    );
  });

  test('fails where it is told to', async () => {
    world.fault({ on: 'ec2:RunInstances', fault: { kind: 'drop-after' } });
    expect(await fails(run())).not.toBe('nothing');
    expect(world.machines('ws')).toHaveLength(1);
    world.fault({ on: 'ec2:Describe*', first: 2, fault: { kind: 'throttle' } });
    await clients.ec2.send(new DescribeSnapshotsCommand({ OwnerIds: ['self'] }));
    expect(await fails(clients.ec2.send(new DescribeVolumesCommand({})))).toBe('RequestLimitExceeded');
    world.fault({ on: 'ec2:DescribeVolumes', fault: { kind: 'die-before' } });
    expect(await fails(clients.ec2.send(new DescribeVolumesCommand({})))).not.toBe('nothing');
    expect(await fails(clients.ec2.send(new DescribeImagesCommand({ Owners: ['self'] })))).not.toBe(
      'nothing',
    );
    world.faults.revive();
    await clients.ec2.send(new DescribeVolumesCommand({}));
  });

  test('gives pages as small as it is told to', async () => {
    await run();
    await run();
    world.cloud.pageSize = 1;
    const { Volumes, NextToken } = await clients.ec2.send(new DescribeVolumesCommand({}));
    expect(Volumes).toHaveLength(1);
    const { Volumes: rest, NextToken: none } = await clients.ec2.send(
      new DescribeVolumesCommand({ NextToken }),
    );
    expect(rest).toHaveLength(1);
    expect(none).toBeUndefined();
  });

  test('does not show at once what is new, if it is told so', async () => {
    world.progress.pace.appear = 1;
    const box = await run();
    expect(await fails(state(box))).toBe('InvalidInstanceID.NotFound');
    expect(await state(box)).toBe('pending');
    const volumes = async () => (await clients.ec2.send(new DescribeVolumesCommand({}))).Volumes;
    expect(await volumes()).toEqual([]);
    expect(await volumes()).toHaveLength(1);
  });

  test('keeps a name for one kind of record, and deletes only exactly what is there', async () => {
    const zone = world.addZone('Example.com');
    const change = (Action: 'CREATE' | 'DELETE', Type: 'A' | 'CNAME', Value: string) =>
      clients.route53.send(
        new ChangeResourceRecordSetsCommand({
          HostedZoneId: zone.id,
          ChangeBatch: {
            Changes: [
              {
                Action,
                ResourceRecordSet: { Name: 'WS.example.com', Type, TTL: 300, ResourceRecords: [{ Value }] },
              },
            ],
          },
        }),
      );
    world.invariants.others.clear();
    await change('CREATE', 'CNAME', 'a.example.net');
    expect(await fails(change('CREATE', 'CNAME', 'b.example.net'))).toBe('InvalidChangeBatch');
    expect(await fails(change('CREATE', 'A', '192.0.2.1'))).toBe('InvalidChangeBatch');
    expect(await fails(change('DELETE', 'CNAME', 'b.example.net'))).toBe('InvalidChangeBatch');
    expect(world.resolve('ws.example.com')).toEqual(['CNAME a.example.net']);
    const { ResourceRecordSets } = await clients.route53.send(
      new ListResourceRecordSetsCommand({
        HostedZoneId: zone.id,
        StartRecordName: 'ws.example.com',
        MaxItems: 1,
      }),
    );
    expect(ResourceRecordSets).toMatchObject([{ Name: 'ws.example.com.', Type: 'CNAME', TTL: 300 }]);
    const { HostedZones } = await clients.route53.send(
      new ListHostedZonesByNameCommand({ DNSName: 'EXAMPLE.com' }),
    );
    expect(HostedZones).toMatchObject([{ Id: `/hostedzone/${zone.id}`, Config: { PrivateZone: false } }]);
    // Somebody's record: taking it away is noted.
    await change('DELETE', 'CNAME', 'a.example.net');
    expect(world.resolve('ws.example.com')).toEqual([]);
    expect(world.invariants.broken.splice(0)).toEqual([
      expect.stringMatching(/^I3: ws\.example\.com\. CNAME a\.example\.net is not devbox's \(call \d+/),
    ]);
  });

  test('lets reads be some writes behind', async () => {
    const { mainTable: TableName } = world.deployment;
    const read = async (ConsistentRead: boolean) =>
      (await clients.dynamo.send(new GetCommand({ TableName, Key: { project: 'ws' }, ConsistentRead })))
        .Item?.['Status'];
    const write = (status: string) =>
      clients.dynamo.send(
        new UpdateCommand({
          TableName,
          Key: { project: 'ws' },
          UpdateExpression: 'SET #s = :s',
          ConditionExpression: '#s <> :s',
          ExpressionAttributeNames: { '#s': 'Status' },
          ExpressionAttributeValues: { ':s': status },
        }),
      );
    await world.putRow({ project: 'ws', Status: 'READY' });
    await world.lag(1);
    await write('LAUNCHING');
    expect([await read(false), await read(true)]).toEqual(['READY', 'LAUNCHING']);
    await write('RUNNING');
    expect([await read(false), await read(true)]).toEqual(['LAUNCHING', 'RUNNING']);
    await world.lag(null);
    expect(await read(false)).toBe('RUNNING');
  });

  test('notes what breaks an invariant, and lets others do as they like', async () => {
    clients = world.clients();
    const { dynamo, ec2 } = clients;
    const { mainTable: TableName } = world.deployment;
    const ours = { Project: 'ws', ManagedBy: 'devbox-cli', 'devbox:deployment': 'devbox' };
    const save = world.addImage({ name: 'save 1', owner: 'self', tags: ours });
    await world.putRow({ project: 'ws', Status: 'READY', AMI: save.id, Colour: 'blue' });
    await dynamo.send(new PutCommand({ TableName, Item: { project: 'ws', Status: 'READY', AMI: save.id } }));
    await dynamo.send(
      new UpdateCommand({
        TableName,
        Key: { project: 'ws' },
        UpdateExpression: 'SET #s = :s',
        ExpressionAttributeNames: { '#s': 'Status' },
        ExpressionAttributeValues: { ':s': 'RUNNING' },
      }),
    );
    await world.putRow({ project: 'ws', Status: 'READY', AMI: save.id });
    const foreign = await run();
    await ec2.send(new TerminateInstancesCommand({ InstanceIds: [foreign] }));
    await ec2.send(new DeregisterImageCommand({ ImageId: save.id }));
    const tags = Object.entries(ours).map(([Key, Value]) => ({ Key, Value }));
    const marked = { TagSpecifications: [{ ResourceType: 'instance', Tags: tags }] };
    await run(undefined, marked);
    await run(undefined, marked);
    expect(world.invariants.broken.map((line) => line.replace(/(vol|snap|ami|i)-\w+/g, 'ID'))).toEqual([
      expect.stringMatching(/^I4: a put that may replace a row \(ws\)/),
      expect.stringMatching(/^I5: attributes of others changed in ws/),
      expect.stringMatching(/^I4: an update without a condition, .* \(ws\)/),
      expect.stringMatching(/^I3: ID is not devbox's/),
      expect.stringMatching(/^I3: ID is the current save of ws/),
      expect.stringMatching(/^I1: ws has no good save any more/),
      expect.stringMatching(/^I2: ws of devbox has 2 live machines: ID, ID/),
    ]);
    expect(() => world.end()).toThrow(/I3: .* is the current save of ws/);
    world.invariants.broken.length = 0;
    const others = world.somebody();
    const kept = world.addImage({ name: 'save 2', owner: 'self', tags: ours });
    await others.ec2.send(new DeregisterImageCommand({ ImageId: kept.id }));
    expect(world.invariants.broken).toEqual([]);
    expect(await world.leftovers()).toEqual(
      expect.arrayContaining([expect.stringMatching(/^snapshot .* of ws is under no save$/)]),
    );
  });
});
