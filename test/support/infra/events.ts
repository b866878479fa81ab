/**
 * Events as EC2 and EBS send them, after their pages in the EC2 guide. The case of the keys and the place of the
 * snapshot's id differ from one kind to the next; that is how AWS has it.
 */
export interface RecordedEvent {
  readonly source: 'aws.ec2';
  readonly 'detail-type': string;
  readonly resources: readonly string[];
  readonly detail: Readonly<Record<string, unknown>>;
}

const frame = {
  version: '0',
  id: '6a7e8feb-b491-4cf7-a9f1-bf3703467718',
  source: 'aws.ec2' as const,
  account: '123456789012',
  time: '2026-11-27T18:43:48Z',
  region: 'us-east-1',
};

export function instanceEvent(id: string, state: string): RecordedEvent {
  return {
    ...frame,
    'detail-type': 'EC2 Instance State-change Notification',
    resources: [`arn:aws:ec2:us-east-1:123456789012:instance/${id}`],
    detail: { 'instance-id': id, state },
  };
}

export function snapshotEvent(
  id: string,
  volume: string,
  result: string,
  event = 'createSnapshot',
): RecordedEvent {
  return {
    ...frame,
    'detail-type': 'EBS Snapshot Notification',
    resources: [`arn:aws:ec2::us-east-1:snapshot/${id}`],
    detail: {
      event,
      result,
      cause: '',
      'request-id': '',
      snapshot_id: `arn:aws:ec2::us-east-1:snapshot/${id}`,
      source: `arn:aws:ec2::us-east-1:volume/${volume}`,
      StartTime: '2026-11-27T18:40:48Z',
      EndTime: '2026-11-27T18:43:48Z',
    },
  };
}

export function imageEvent(id: string, state: string): RecordedEvent {
  return {
    ...frame,
    'detail-type': 'EC2 AMI State Change',
    resources: [`arn:aws:ec2:us-east-1::image/${id}`],
    detail: { RequestId: 'e1a2b3c4', ImageId: id, State: state, ErrorMessage: '' },
  };
}
