import { CreateTableCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  CreateInternetGatewayCommand,
  CreateLaunchTemplateCommand,
  CreateSecurityGroupCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  type EC2Client,
  ImportKeyPairCommand,
  ModifySubnetAttributeCommand,
} from '@aws-sdk/client-ec2';
import { PutParameterCommand, type SSMClient } from '@aws-sdk/client-ssm';

/** What was deployed in the account before the test begins. */
export interface SeedOptions {
  /** As in the tables' names and, with a slash before it, the parameters'. Default `devbox`. */
  readonly prefix?: string;
  /** Default: none. */
  readonly dns?: {
    readonly provider: 'route53' | 'cloudflare';
    readonly zone: string;
    readonly token?: string;
  };
  /** As the first deployments wrote it: the templates as an object from zone to id, the meta table nowhere. */
  readonly legacy?: boolean;
}

/** What the seed made. */
export interface Deployment {
  readonly prefix: string;
  readonly mainTable: string;
  readonly metaTable: string;
  /** One for each zone, in their order. */
  readonly templateIds: readonly string[];
  readonly zones: readonly string[];
  readonly subnetIds: readonly string[];
  readonly vpcId: string;
  readonly groupId: string;
  readonly keyPair: string;
}

export interface SeedClients {
  readonly ec2: EC2Client;
  readonly dynamo: DynamoDBClient;
  readonly ssm: SSMClient;
}

const letters = ['a', 'b', 'c'];

/** Makes the network, templates, tables and parameters of one deployment, as infra/aws does. */
export async function seedDeployment(
  { ec2, dynamo, ssm }: SeedClients,
  region: string,
  { prefix = 'devbox', dns, legacy = false }: SeedOptions,
): Promise<Deployment> {
  const zones = letters.map((letter) => `${region}${letter}`);
  const { mainTable, metaTable } = await seedTables(dynamo, prefix);
  const { Vpc: vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: '10.219.0.0/16' }));
  const vpcId = vpc?.VpcId ?? '';
  await ec2.send(new CreateInternetGatewayCommand({}));
  const { GroupId: groupId = '' } = await ec2.send(
    new CreateSecurityGroupCommand({ GroupName: `${prefix}-ssh-sg`, Description: 'SSH', VpcId: vpcId }),
  );
  const templateIds: string[] = [];
  const subnetIds: string[] = [];
  for (const [n, zone] of zones.entries()) {
    const { Subnet: subnet } = await ec2.send(
      new CreateSubnetCommand({ VpcId: vpcId, CidrBlock: `10.219.${n}.0/24`, AvailabilityZone: zone }),
    );
    const subnetId = subnet?.SubnetId ?? '';
    await ec2.send(
      new ModifySubnetAttributeCommand({ SubnetId: subnetId, MapPublicIpOnLaunch: { Value: true } }),
    );
    const { LaunchTemplate: template } = await ec2.send(
      new CreateLaunchTemplateCommand({
        LaunchTemplateName: `${prefix}-az${n}-0001`,
        LaunchTemplateData: {
          IamInstanceProfile: { Name: `${prefix}-ec2-profile` },
          MetadataOptions: { HttpTokens: 'required', HttpPutResponseHopLimit: 2 },
          NetworkInterfaces: [
            { DeviceIndex: 0, SubnetId: subnetId, Groups: [groupId], AssociatePublicIpAddress: true },
          ],
        },
      }),
    );
    subnetIds.push(subnetId);
    templateIds.push(template?.LaunchTemplateId ?? '');
  }
  const keyPair = 'default';
  await ec2
    .send(new ImportKeyPairCommand({ KeyName: keyPair, PublicKeyMaterial: Buffer.from(publicKey) }))
    .catch((error: unknown) => {
      if (!(error instanceof Error) || error.name !== 'InvalidKeyPair.Duplicate') throw error;
    });
  const byZone = Object.fromEntries(zones.map((zone, n) => [zone, templateIds[n]]));
  const parameters: Readonly<Record<string, string | undefined>> = {
    launchTemplateIds: JSON.stringify(legacy ? byZone : templateIds),
    ...Object.fromEntries(templateIds.map((id, n) => [`launchTemplateId_az${n}`, id])),
    snapshotTable: mainTable,
    metaTable: legacy ? undefined : metaTable,
    'dns/provider': dns?.provider ?? 'none',
    'dns/zone': dns?.zone,
    'secrets/cloudflare/apiToken': dns?.token,
  };
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) await putParameter(ssm, `/${prefix}/${name}`, value);
  }
  return { prefix, mainTable, metaTable, templateIds, zones, subnetIds, vpcId, groupId, keyPair };
}

/** A token is stored encrypted, everything else as it is. */
export async function putParameter(ssm: SSMClient, name: string, value: string): Promise<void> {
  const Type = name.includes('/secrets/') ? 'SecureString' : 'String';
  await ssm.send(new PutParameterCommand({ Name: name, Value: value, Type, Overwrite: true }));
}

async function seedTables(
  dynamo: DynamoDBClient,
  prefix: string,
): Promise<{ mainTable: string; metaTable: string }> {
  const [mainTable, metaTable] = [`${prefix}-main`, `${prefix}-meta`];
  await dynamo.send(
    new CreateTableCommand({
      TableName: mainTable,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'project', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'project', KeyType: 'HASH' }],
    }),
  );
  await dynamo.send(
    new CreateTableCommand({
      TableName: metaTable,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: ['project', 'volumeId', 'snapshotId'].map((AttributeName) => ({
        AttributeName,
        AttributeType: 'S' as const,
      })),
      KeySchema: [
        { AttributeName: 'project', KeyType: 'HASH' },
        { AttributeName: 'volumeId', KeyType: 'RANGE' },
      ],
      GlobalSecondaryIndexes: [
        {
          IndexName: 'SnapshotIndex',
          KeySchema: [{ AttributeName: 'snapshotId', KeyType: 'HASH' }],
          Projection: { ProjectionType: 'ALL' },
        },
      ],
    }),
  );
  return { mainTable, metaTable };
}

const publicKey = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEgKq1W2XHoYvYlUGmJ6bTJcPzgJfJ0g3cLQyq0J2b9r test';
