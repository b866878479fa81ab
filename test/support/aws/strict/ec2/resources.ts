export type Tags = Map<string, string>;

/** What was written to a disk, in order. Disks are carried volume -> snapshot -> image -> volume. */
export type Disk = readonly string[];

export type InstanceState = 'pending' | 'running' | 'stopping' | 'stopped' | 'shutting-down' | 'terminated';

/** What an image says of the machine that boots from it; an instance has it from its image. */
export interface Machine {
  readonly architecture: string;
  readonly virtualizationType: string;
  readonly rootDeviceName: string;
  readonly enaSupport: boolean;
  readonly sriovNetSupport?: string | undefined;
  readonly bootMode?: string | undefined;
  readonly tpmSupport?: string | undefined;
  readonly imdsSupport?: string | undefined;
  readonly uefiData?: string | undefined;
  readonly kernelId?: string | undefined;
  readonly ramdiskId?: string | undefined;
  /** Bills for licences; only CreateImage carries it on. */
  readonly platformDetails: string;
  readonly usageOperation: string;
}

export interface Instance {
  readonly id: string;
  readonly reservationId: string;
  readonly imageId: string;
  type: string;
  readonly keyName?: string | undefined;
  state: InstanceState;
  stateReason?: { readonly code: string; readonly message: string } | undefined;
  readonly launchTime: Date;
  readonly zone: string;
  readonly subnetId: string;
  readonly vpcId: string;
  readonly privateIp: string;
  /** A new one at each start, none while stopped. */
  publicIp?: string | undefined;
  readonly wantsPublicIp: boolean;
  readonly groupIds: readonly string[];
  readonly profileArn?: string | undefined;
  readonly clientToken: string;
  readonly userData?: string | undefined;
  readonly machine: Machine;
  readonly interfaceId: string;
  readonly interfaceTags: Tags;
  readonly tags: Tags;
  readonly lifecycle?: 'spot' | undefined;
  readonly metadataOptions: Readonly<Record<string, string>>;
  disableApiTermination: boolean;
  shutdownBehavior: string;
  looks: number;
}

export interface Volume {
  readonly id: string;
  size: number;
  type: string;
  iops?: number | undefined;
  throughput?: number | undefined;
  readonly encrypted: boolean;
  readonly kmsKeyId?: string | undefined;
  readonly zone: string;
  readonly snapshotId?: string | undefined;
  readonly createTime: Date;
  attachment?: {
    readonly instanceId: string;
    readonly device: string;
    deleteOnTermination: boolean;
    readonly time: Date;
  };
  readonly tags: Tags;
  disk: Disk;
}

export interface Snapshot {
  readonly id: string;
  readonly volumeId: string;
  readonly size: number;
  readonly encrypted: boolean;
  readonly kmsKeyId?: string | undefined;
  readonly ownerId: string;
  readonly description: string;
  readonly startTime: Date;
  state: 'pending' | 'completed' | 'error';
  stateMessage?: string | undefined;
  readonly tags: Tags;
  readonly disk: Disk;
  looks: number;
}

export interface ImageMapping {
  readonly deviceName: string;
  readonly snapshotId?: string | undefined;
  readonly size?: number | undefined;
  readonly type?: string | undefined;
  readonly iops?: number | undefined;
  readonly throughput?: number | undefined;
  readonly encrypted?: boolean | undefined;
  readonly deleteOnTermination?: boolean | undefined;
  /** An instance store such as `ephemeral0`, with nothing else. */
  readonly virtualName?: string | undefined;
  readonly noDevice?: boolean | undefined;
}

export interface Image {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly ownerId: string;
  readonly ownerAlias?: string | undefined;
  readonly isPublic: boolean;
  state: 'pending' | 'available' | 'failed' | 'disabled' | 'deregistered';
  stateReason?: string | undefined;
  readonly creationDate: Date;
  readonly machine: Machine;
  readonly mappings: readonly ImageMapping[];
  readonly sourceInstanceId?: string | undefined;
  readonly tags: Tags;
  looks: number;
}

export type Resource =
  | { readonly kind: 'instance'; readonly it: Instance }
  | { readonly kind: 'volume'; readonly it: Volume }
  | { readonly kind: 'snapshot'; readonly it: Snapshot }
  | { readonly kind: 'image'; readonly it: Image };

/** Whether an instance is one that costs money or can again. */
export function isLive({ state }: Instance): boolean {
  return state !== 'terminated' && state !== 'shutting-down';
}

export function volumeState({ attachment }: Volume): 'in-use' | 'available' {
  return attachment ? 'in-use' : 'available';
}
