import * as z from 'zod/mini';

/** What EC2 tells of, as far as devbox listens. Each is a hint: what is acted on is looked up. */
export type Hint =
  | { readonly kind: 'instance'; readonly id: string; readonly state: string }
  | { readonly kind: 'snapshot'; readonly id: string; readonly result: string }
  | { readonly kind: 'image'; readonly id: string; readonly state: string }
  | { readonly kind: 'none'; readonly why: string };

const instance = z.looseObject({
  'detail-type': z.literal('EC2 Instance State-change Notification'),
  detail: z.looseObject({ 'instance-id': z.string().check(z.regex(/^i-[0-9a-f]+$/)), state: z.string() }),
});

const snapshot = z.looseObject({
  'detail-type': z.enum(['EBS Snapshot Notification', 'EBS Multi-Volume Snapshots Completion Status']),
  detail: z.looseObject({
    event: z.string(),
    result: z.string(),
    /** An ARN. */
    snapshot_id: z.string(),
  }),
});

const image = z.looseObject({
  'detail-type': z.literal('EC2 AMI State Change'),
  detail: z.looseObject({ ImageId: z.string().check(z.regex(/^ami-[0-9a-f]+$/)), State: z.string() }),
});

/** Reads an event of EventBridge; what is malformed, or of no interest, is none, with the reason. */
export function readEvent(event: unknown): Hint {
  const box = instance.safeParse(event);
  if (box.success)
    return { kind: 'instance', id: box.data.detail['instance-id'], state: box.data.detail.state };
  const taken = snapshot.safeParse(event);
  if (taken.success) {
    const { event: what, result, snapshot_id: arn } = taken.data.detail;
    if (what !== 'createSnapshot') return { kind: 'none', why: `the event ${what} is of no interest` };
    const id = /(?:^|\/)(snap-[0-9a-f]+)$/.exec(arn)?.[1];
    if (id === undefined) return { kind: 'none', why: 'it names no snapshot' };
    return { kind: 'snapshot', id, result };
  }
  const made = image.safeParse(event);
  if (made.success) return { kind: 'image', id: made.data.detail.ImageId, state: made.data.detail.State };
  return { kind: 'none', why: 'it is no event that devbox knows, or one without what belongs in it' };
}
