import type { Image, Instance, Snapshot } from './ec2/resources.ts';

/** An event as EventBridge hands it to a function. */
export interface AwsEvent {
  readonly version: '0';
  readonly id: string;
  readonly 'detail-type': string;
  readonly source: 'aws.ec2';
  readonly account: string;
  readonly time: string;
  readonly region: string;
  readonly resources: readonly string[];
  readonly detail: Readonly<Record<string, unknown>>;
}

/**
 * What AWS would have sent of what happened, in the order in which it happened; nobody is told of it. Shapes after the
 * pages "Amazon EC2 instance state change events", "EventBridge for Amazon EBS" and "Monitor AMI events" of the EC2 guide.
 */
export class EventFeed {
  private readonly sent: AwsEvent[] = [];

  constructor(
    private readonly account: string,
    private readonly region: string,
  ) {}

  all(): readonly AwsEvent[] {
    return this.sent;
  }

  instance({ id, state }: Instance): void {
    this.add('EC2 Instance State-change Notification', [this.arn('instance', id)], {
      'instance-id': id,
      state,
    });
  }

  snapshot({ id, volumeId, state, stateMessage, startTime }: Snapshot): void {
    this.add('EBS Snapshot Notification', [this.ebsArn('snapshot', id)], {
      event: 'createSnapshot',
      result: state === 'completed' ? 'succeeded' : 'failed',
      cause: stateMessage ?? '',
      'request-id': '',
      snapshot_id: this.ebsArn('snapshot', id),
      source: this.ebsArn('volume', volumeId),
      startTime: startTime.toISOString(),
      endTime: new Date().toISOString(),
    });
  }

  image({ id, state, stateReason }: Image): void {
    this.add('EC2 AMI State Change', [`arn:aws:ec2:${this.region}::image/${id}`], {
      RequestId: this.nextId(),
      ImageId: id,
      State: state,
      ErrorMessage: stateReason ?? '',
    });
  }

  volume(id: string, event: 'createVolume' | 'deleteVolume'): void {
    this.add('EBS Volume Notification', [this.arn('volume', id)], {
      event,
      result: event === 'createVolume' ? 'available' : 'deleted',
      cause: '',
      'request-id': this.nextId(),
    });
  }

  private add(detailType: string, resources: readonly string[], detail: AwsEvent['detail']): void {
    this.sent.push({
      version: '0',
      id: this.nextId(),
      'detail-type': detailType,
      source: 'aws.ec2',
      account: this.account,
      time: new Date().toISOString().replace(/\.\d+/, ''),
      region: this.region,
      resources,
      detail,
    });
  }

  private arn(kind: string, id: string): string {
    return `arn:aws:ec2:${this.region}:${this.account}:${kind}/${id}`;
  }

  /** EBS leaves out the account. */
  private ebsArn(kind: string, id: string): string {
    return `arn:aws:ec2::${this.region}:${kind}/${id}`;
  }

  private nextId(): string {
    return `00000000-0000-4000-8000-${String(this.sent.length + 1).padStart(12, '0')}`;
  }
}
