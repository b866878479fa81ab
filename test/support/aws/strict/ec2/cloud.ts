import type { EC2Client } from '@aws-sdk/client-ec2';
import type { EventFeed } from '../events.ts';
import { Refusal } from '../refusal.ts';
import { Progress } from './progress.ts';
import type { Image, Instance, Snapshot, Volume } from './resources.ts';
import { Templates } from './templates.ts';

/** A capacity or quota error that a zone and a type answer with until it is taken away. */
export interface LaunchLimit {
  /** Default: every zone. */
  readonly zone?: string;
  /** Default: every type. */
  readonly type?: string;
  /** Default `InsufficientInstanceCapacity`. */
  readonly code?: string;
  readonly message?: string;
}

/** The machines, disks and images of one account in one region: what the layer holds itself. */
export class Cloud {
  readonly instances = new Map<string, Instance>();
  readonly volumes = new Map<string, Volume>();
  readonly snapshots = new Map<string, Snapshot>();
  readonly images = new Map<string, Image>();
  /** Launches by ClientToken: what was asked, as JSON, and what came of it. */
  readonly tokens = new Map<string, { readonly asked: string; readonly instanceIds: readonly string[] }>();
  /** Set by tests. */
  limits: LaunchLimit[] = [];
  /** How many images and snapshots the account may own; over that `ResourceLimitExceeded`. */
  imageQuota = Number.POSITIVE_INFINITY;
  snapshotQuota = Number.POSITIVE_INFINITY;
  /** No page holds more than this, whatever MaxResults says. */
  pageSize = Number.POSITIVE_INFINITY;
  readonly progress: Progress;
  readonly templates: Templates;
  private serial = 0;

  constructor(
    readonly accountId: string,
    readonly region: string,
    /** For what moto holds: templates, networks, key pairs, types. */
    readonly moto: EC2Client,
    readonly events: EventFeed,
  ) {
    this.progress = new Progress(this);
    this.templates = new Templates(moto);
  }

  /** A new id: `i-0` and 16 hexadecimal digits. */
  id(prefix: string): string {
    this.serial += 1;
    return `${prefix}-0${this.serial.toString(16).padStart(6, '0').padEnd(16, 'c')}`;
  }

  /** A number that no two calls get. */
  next(): number {
    this.serial += 1;
    return this.serial;
  }

  volumesOf(instanceId: string): Volume[] {
    return [...this.volumes.values()].filter(({ attachment }) => attachment?.instanceId === instanceId);
  }

  /** The registered image that a snapshot belongs to. */
  imageOf(snapshotId: string): Image | undefined {
    return [...this.images.values()].find(
      ({ state, mappings }) =>
        state !== 'deregistered' && mappings.some((mapping) => mapping.snapshotId === snapshotId),
    );
  }

  /**
   * @param look counts as a look, which may be too early to find it.
   * @throws {Refusal} as AWS words it.
   */
  instance(id: string, look = false): Instance {
    return this.find(this.instances, id, look, ['i', 'InvalidInstanceID', 'The instance ID']);
  }

  volume(id: string, look = false): Volume {
    return this.find(this.volumes, id, look, ['vol', 'InvalidVolume', 'The volume']);
  }

  snapshot(id: string, look = false): Snapshot {
    return this.find(this.snapshots, id, look, ['snap', 'InvalidSnapshot', 'The snapshot']);
  }

  /** An image that is not deregistered. */
  image(id: string, look = false): Image {
    if (this.images.get(id)?.state === 'deregistered') {
      throw new Refusal('InvalidAMIID.Unavailable', `The image ID '[${id}]' is no longer available`);
    }
    return this.find(this.images, id, look, ['ami', 'InvalidAMIID', 'The image id']);
  }

  /** What a describing call is about: what it names, or everything that shows itself by now. */
  lookAt<T extends { readonly id: string }>(
    things: ReadonlyMap<string, T>,
    ids: readonly string[],
    byId: (id: string) => T,
  ): T[] {
    if (ids.length > 0) return ids.map(byId);
    return [...things.values()].filter(({ id }) => this.progress.shows(id));
  }

  private find<T>(
    map: ReadonlyMap<string, T>,
    id: string,
    look: boolean,
    [prefix, code, what]: readonly [string, string, string],
  ): T {
    if (!new RegExp(`^${prefix}-([0-9a-f]{8}|[0-9a-f]{17})$`).test(id)) {
      const malformed = code === 'InvalidVolume' ? 'InvalidVolumeID' : code;
      throw new Refusal(`${malformed}.Malformed`, `Invalid id: "${id}" (expecting "${prefix}-...")`);
    }
    const it = map.get(id);
    if (it === undefined || (look && !this.progress.shows(id))) {
      throw new Refusal(`${code}.NotFound`, `${what} '${id}' does not exist`);
    }
    return it;
  }
}
