import { DeleteParameterCommand } from '@aws-sdk/client-ssm';
import { DeleteCommand, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { Account } from './account.ts';
import { addImage, type ImageOptions, type SeededImages, seedImages } from './base-images.ts';
import { isChange } from './calls.ts';
import {
  type Clients,
  clear,
  clientsOf,
  destroyClients,
  type Row,
  region,
  scan,
  testKeys,
} from './clients.ts';
import type { Image, Instance, Tags } from './ec2/resources.ts';
import type { AwsEvent } from './events.ts';
import type { Fault } from './faults.ts';
import { Invariants } from './invariants/index.ts';
import { leftovers } from './invariants/leftovers.ts';
import { canonicalName } from './route53/request.ts';
import type { Zone } from './route53/zones.ts';
import { type Deployment, putParameter, type SeedOptions, seedDeployment } from './seed.ts';
import type { StrictAws } from './server.ts';

export const gpuParameter =
  '/aws/service/deeplearning/ami/x86_64/base-oss-nvidia-driver-gpu-ubuntu-24.04/latest/ami-id';
export const ubuntuParameter =
  '/aws/service/canonical/ubuntu/server/24.04/stable/current/amd64/hvm/ebs-gp3/ami-id';

/** An account in which one deployment of devbox is set up; for one test. What it looks at itself is not in `calls`. */
export class World {
  readonly region = region;
  readonly url: string;
  /** Looks past the layer, into moto. */
  private readonly beneath: Clients;
  private readonly deployments = new Map<string, string>();
  readonly invariants: Invariants;

  private constructor(
    readonly aws: StrictAws,
    readonly account: Account,
    beneath: Clients,
    readonly deployment: Deployment,
    readonly images: SeededImages,
  ) {
    this.url = aws.url;
    this.beneath = beneath;
    this.deployments.set(deployment.mainTable, deployment.prefix);
    this.invariants = new Invariants(account, {
      main: this.deployments,
      row: (table, project) => this.rowIn(table, project),
    });
  }

  static async make(aws: StrictAws, options: SeedOptions = {}): Promise<World> {
    const beneath = clientsOf(aws.motoUrl, testKeys.accessKeyId);
    const { account, deployment } = await begin(aws, beneath, options);
    const images = seedImages(account.cloud);
    account.publicParameters.values.set(gpuParameter, images.gpu).set(ubuntuParameter, images.ubuntu);
    const world = new World(aws, account, beneath, deployment, images);
    account.watchers.push(world.invariants);
    if (options.dns?.provider === 'route53') world.addZone(options.dns.zone);
    return world;
  }

  /** For a process that is to find this account: address, region, keys. */
  get env(): Readonly<Record<string, string>> {
    return {
      AWS_ENDPOINT_URL: this.url,
      AWS_REGION: region,
      AWS_ACCESS_KEY_ID: testKeys.accessKeyId,
      AWS_SECRET_ACCESS_KEY: testKeys.secretAccessKey,
      AWS_EC2_METADATA_DISABLED: 'true',
    };
  }

  get cloud() {
    return this.account.cloud;
  }

  get calls() {
    return this.account.calls;
  }

  get faults() {
    return this.account.faults;
  }

  get progress() {
    return this.account.cloud.progress;
  }

  /**
   * Clients that ask the layer, each call once.
   * @param accessKey who they are in the call log; faults can be for one of them.
   */
  clients(accessKey = 'AKIAHANDLER'): Clients {
    return this.aws.clients(accessKey);
  }

  /** Clients of somebody in the account who is not devbox and may do as they like. */
  somebody(): Clients {
    this.invariants.others.add('AKIASOMEBODY');
    return this.clients('AKIASOMEBODY');
  }

  fault(fault: Fault): void {
    this.account.faults.add(fault);
  }

  /** What AWS would have sent so far; some of it only if given. */
  events(detailType?: string): readonly AwsEvent[] {
    const all = this.account.events.all();
    return detailType === undefined ? all : all.filter((event) => event['detail-type'] === detailType);
  }

  /** Lets everything that is under way arrive: machines, snapshots, images. */
  arrive(): void {
    this.progress.finishAll();
  }

  // The project's records.

  row(project: string): Promise<Row | undefined> {
    return this.rowIn(this.deployment.mainTable, project);
  }

  rows(): Promise<Row[]> {
    return scan(this.beneath.dynamo, this.deployment.mainTable);
  }

  metaRows(): Promise<Row[]> {
    return scan(this.beneath.dynamo, this.deployment.metaTable);
  }

  /** Writes a row as it is, over one that is there; with `volumeId` into the table of volumes. */
  async putRow(row: Row): Promise<void> {
    const { mainTable, metaTable } = this.deployment;
    const TableName = 'volumeId' in row ? metaTable : mainTable;
    await this.beneath.dynamo.send(new PutCommand({ TableName, Item: { ...row } }));
    if (TableName === mainTable) await this.invariants.know(mainTable, String(row['project']));
  }

  async deleteRow(project: string): Promise<void> {
    await this.beneath.dynamo.send(
      new DeleteCommand({ TableName: this.deployment.mainTable, Key: { project } }),
    );
    await this.invariants.know(this.deployment.mainTable, project);
  }

  /**
   * Lets reads that do not ask for consistency, and those of indexes, find the tables some writes behind.
   * @param writes `Infinity`: as they are now for good; null: no longer.
   */
  async lag(writes: number | null): Promise<void> {
    const { mainTable, metaTable } = this.deployment;
    if (writes === null) return this.account.replicas.stop();
    this.account.hasTouchedMoto = true;
    await this.account.replicas.start([mainTable, metaTable], writes);
  }

  /** Sets a parameter of the deployment, by its name below the prefix; undefined takes it away. */
  async setParameter(name: string, value: string | undefined): Promise<void> {
    const full = `/${this.deployment.prefix}/${name}`;
    this.account.hasTouchedMoto = true;
    if (value !== undefined) return putParameter(this.beneath.ssm, full, value);
    await this.beneath.ssm.send(new DeleteParameterCommand({ Name: full }));
  }

  /** Sets up a second deployment in the same account. */
  async deploy(options: SeedOptions): Promise<Deployment> {
    this.account.hasTouchedMoto = true;
    const deployment = await seedDeployment(this.beneath, region, options);
    this.deployments.set(deployment.mainTable, deployment.prefix);
    return deployment;
  }

  // Machines and their disks.

  addImage(options: ImageOptions): Image {
    return addImage(this.cloud, options);
  }

  image(id: string): Image | undefined {
    return this.cloud.images.get(id);
  }

  /** The machines of a project that are not terminated. */
  machines(project: string): Instance[] {
    return [...this.cloud.instances.values()].filter(
      ({ tags, state }) => tags.get('Project') === project && state !== 'terminated',
    );
  }

  /** Writes to a disk of a running machine: its root, or the one at a device. */
  write(instanceId: string, words: string, device?: string): void {
    const { state, machine } = this.cloud.instance(instanceId);
    if (state !== 'running') throw new Error(`${instanceId} is ${state}: nobody can write on it`);
    const volume = this.volumeAt(instanceId, device ?? machine.rootDeviceName);
    volume.disk = [...volume.disk, words];
  }

  /** What is on a disk of a machine. */
  read(instanceId: string, device?: string): readonly string[] {
    return this.volumeAt(instanceId, device ?? this.cloud.instance(instanceId).machine.rootDeviceName).disk;
  }

  /** What is on the root disk of an image. */
  readImage(imageId: string): readonly string[] {
    const image = this.cloud.image(imageId);
    const root = image.mappings.find(({ deviceName }) => deviceName === image.machine.rootDeviceName);
    return this.cloud.snapshot(root?.snapshotId ?? '').disk;
  }

  /** Gives somebody's thing marks, or takes them away, without a call. */
  tags(id: string): Tags {
    const { instances, volumes, snapshots, images } = this.cloud;
    const found = instances.get(id) ?? volumes.get(id) ?? snapshots.get(id) ?? images.get(id);
    if (!found) throw new Error(`nothing is called ${id}`);
    return found.tags;
  }

  // Names.

  /** Sets up a zone. */
  addZone(name: string, isPrivate?: boolean): Zone {
    return this.account.zones.add(name, isPrivate);
  }

  /** Makes a record that somebody else is to have made, in the first zone that fits. */
  addRecord(name: string, type: string, value: string, ttl = 300): void {
    const own = canonicalName(name);
    const zone = [...this.account.zones.all.values()].find((it) => own.endsWith(it.name));
    if (!zone) throw new Error(`no zone for ${name}`);
    this.account.zones.change(zone, [{ action: 'UPSERT', set: { name: own, type, ttl, values: [value] } }]);
  }

  /** What a name leads to, in every public zone: `CNAME target`. */
  resolve(name: string): string[] {
    const own = canonicalName(name);
    return [...this.account.zones.all.values()]
      .flatMap(({ sets, isPrivate }) => (isPrivate ? [] : sets))
      .filter((set) => set.name === own)
      .flatMap(({ type, values }) => values.map((value) => `${type} ${value}`));
  }

  /**
   * Ends the test.
   * @throws what was asked that nobody imitates, the faults that no call met, and the invariants that were broken.
   */
  end({ check = true }: { readonly check?: boolean } = {}): void {
    destroyClients(this.beneath);
    const wrong = [...this.account.problems, ...this.faults.unmet(), ...this.invariants.broken];
    if (check && wrong.length > 0) throw new Error(`strict AWS:\n  ${wrong.join('\n  ')}`);
  }

  /** The calls that changed something, by their names, in order. */
  changes(): string[] {
    return this.calls
      .all()
      .filter(({ name, outcome }) => isChange(name) && outcome.startsWith('ok'))
      .map(({ name }) => name.replace(/^.*:/, ''));
  }

  /** What should not be there once all is settled (I6). */
  async leftovers(): Promise<string[]> {
    return leftovers(this.account, this.deployment.prefix, await this.rows(), await this.metaRows());
  }

  private async rowIn(TableName: string, project: string): Promise<Row | undefined> {
    const { Item: row } = await this.beneath.dynamo.send(
      new GetCommand({ TableName, Key: { project }, ConsistentRead: true }),
    );
    return row;
  }

  private volumeAt(instanceId: string, device: string) {
    const volume = this.cloud.volumesOf(instanceId).find(({ attachment }) => attachment?.device === device);
    if (!volume) throw new Error(`${instanceId} has no disk at ${device}`);
    return volume;
  }
}

/** An account with a deployment: moto's part of the last one, without its rows, where it is as the seed made it. */
async function begin(
  aws: StrictAws,
  beneath: Clients,
  options: SeedOptions,
): Promise<{ readonly account: Account; readonly deployment: Deployment }> {
  const { seeded } = aws;
  const key = JSON.stringify(options);
  if (seeded?.options === key && !aws.account().hasTouchedMoto) {
    const account = await aws.reset({ keep: true });
    const { deployment } = seeded;
    await clear(beneath.dynamo, deployment.mainTable, ['project']);
    await clear(beneath.dynamo, deployment.metaTable, ['project', 'volumeId']);
    return { account, deployment };
  }
  aws.seeded = undefined;
  const account = await aws.reset();
  const deployment = await seedDeployment(beneath, region, options);
  aws.seeded = { options: key, deployment };
  return { account, deployment };
}
