import {
  DescribeInstanceTypesCommand,
  DescribeKeyPairsCommand,
  DescribeLaunchTemplateVersionsCommand,
  DescribeSubnetsCommand,
  type EC2Client,
  type InstanceTypeInfo,
  type ResponseLaunchTemplateData,
  type Subnet,
} from '@aws-sdk/client-ec2';
import { Refusal } from '../refusal.ts';

export interface Template {
  readonly id: string;
  readonly version: string;
  readonly data: ResponseLaunchTemplateData;
}

/** What a launch refers to and moto holds. Remembered until something of that kind is changed. */
export class Templates {
  private readonly templates = new Once<Template>();
  private readonly subnets = new Once<Subnet>();
  private readonly keyPairs = new Once<unknown>();
  private readonly types = new Once<InstanceTypeInfo>();

  constructor(private readonly moto: EC2Client) {}

  /** After a call that changed something in moto. */
  forget(): void {
    for (const memory of [this.templates, this.subnets, this.keyPairs, this.types]) memory.forget();
  }

  /** @throws {Refusal} where there is no such template or version. */
  template(id: string | undefined, name: string | undefined, version: string): Promise<Template> {
    return this.templates.get(`${id} ${name} ${version}`, async () => {
      const { LaunchTemplateVersions: versions = [] } = await this.moto.send(
        new DescribeLaunchTemplateVersionsCommand({
          LaunchTemplateId: id,
          LaunchTemplateName: name,
          Versions: [version],
        }),
      );
      const found = first(versions, 'InvalidLaunchTemplateId.VersionNotFound', `No version ${version}.`);
      return {
        id: found.LaunchTemplateId ?? '',
        version: String(found.VersionNumber ?? 1),
        data: found.LaunchTemplateData ?? {},
      };
    });
  }

  /** @throws {Refusal} where there is no such subnet. */
  subnet(id: string): Promise<Subnet> {
    return this.subnets.get(id, async () => {
      const { Subnets: subnets = [] } = await this.moto.send(new DescribeSubnetsCommand({ SubnetIds: [id] }));
      return first(subnets, 'InvalidSubnetID.NotFound', `The subnet ID '${id}' does not exist`);
    });
  }

  /** The subnet that a launch without one goes to. */
  defaultSubnet(zone: string | undefined): Promise<Subnet> {
    return this.subnets.get(`default ${zone}`, async () => {
      const inZone = zone === undefined ? [] : [{ Name: 'availability-zone', Values: [zone] }];
      const { Subnets: subnets = [] } = await this.moto.send(
        new DescribeSubnetsCommand({ Filters: [{ Name: 'default-for-az', Values: ['true'] }, ...inZone] }),
      );
      return first(subnets, 'MissingInput', 'No subnets found for the default VPC. Please specify a subnet.');
    });
  }

  /** @throws {Refusal} where there is no such key pair. */
  async checkKeyPair(name: string): Promise<void> {
    await this.keyPairs.get(name, async () => {
      const { KeyPairs: pairs = [] } = await this.moto.send(new DescribeKeyPairsCommand({}));
      return first(
        pairs.filter(({ KeyName }) => KeyName === name),
        'InvalidKeyPair.NotFound',
        `The key pair '${name}' does not exist`,
      );
    });
  }

  /** @throws {Refusal} where there is no such type. */
  type(name: string): Promise<InstanceTypeInfo> {
    return this.types.get(name, async () => {
      const { InstanceTypes: types = [] } = await this.moto.send(
        new DescribeInstanceTypesCommand({ Filters: [{ Name: 'instance-type', Values: [name] }] }),
      );
      return first(types, 'InvalidParameterValue', `Invalid value '${name}' for InstanceType.`);
    });
  }
}

/** Looks once for each name; what failed is looked for again. */
class Once<T> {
  private readonly known = new Map<string, Promise<T>>();

  get(name: string, look: () => Promise<T>): Promise<T> {
    const known = this.known.get(name);
    if (known) return known;
    const looking = look().catch((error: unknown) => {
      this.known.delete(name);
      if (error instanceof Refusal || !(error instanceof Error)) throw error;
      throw new Refusal(error.name, error.message);
    });
    this.known.set(name, looking);
    return looking;
  }

  forget(): void {
    this.known.clear();
  }
}

function first<T>(list: readonly T[], code: string, message: string): T {
  const [it] = list;
  if (it === undefined) throw new Refusal(code, message);
  return it;
}
