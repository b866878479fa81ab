import { isLeaseId, type Lease } from './lease.ts';
import { leaseTag, markHostname } from './marks.ts';

/** What a box shows of whose it is. */
export interface Marked {
  readonly id: string;
  readonly name: string | null;
  readonly tags: Readonly<Record<string, string>>;
  readonly sshKeys: readonly string[];
  readonly hostname: string | null;
  readonly phase: string;
}

/**
 * Which box a launch without an answer made: `bound` carries the lease's own mark; `offered` is the only one that was
 * not there before the launch, which is no proof; `several` is a question for a person; `none` may still appear.
 */
export type Match<B extends Marked> =
  | { readonly kind: 'bound'; readonly box: B; readonly by: 'tag' | 'key' | 'hostname' }
  | { readonly kind: 'offered'; readonly box: B }
  | { readonly kind: 'several'; readonly boxes: readonly B[] }
  | { readonly kind: 'none' };

/**
 * Looks for the box of a lease without an instance id.
 * @param boxes all that the provider lists.
 * @param taken ids of boxes that other leases are bound to.
 */
export function matchLease<B extends Marked>(
  lease: Lease,
  boxes: readonly B[],
  taken: ReadonlySet<string>,
): Match<B> {
  const free = boxes.filter(({ id }) => !taken.has(id));
  for (const [by, carries] of signs(lease)) {
    const found = free.filter(carries);
    const [only] = found;
    if (found.length > 1) return { kind: 'several', boxes: found };
    if (only) return { kind: 'bound', box: only, by };
  }
  const fresh = free.filter((box) => mayBeOf(lease, box));
  const [only] = fresh;
  if (fresh.length > 1) return { kind: 'several', boxes: fresh };
  return only ? { kind: 'offered', box: only } : { kind: 'none' };
}

type Sign = (box: Marked) => boolean;

/** The marks of a lease, the surest first. */
function signs({ mark, sshKey }: Lease): [by: 'tag' | 'key' | 'hostname', carries: Sign][] {
  if (mark === null) return [];
  return [
    ['tag', ({ tags }) => tags[leaseTag] === mark],
    ['key', ({ sshKeys }) => sshKey?.made === true && sshKeys.includes(sshKey.name)],
    ['hostname', ({ hostname }) => hostname === markHostname(mark)],
  ];
}

/** Whether a box without the lease's mark may be its own: it has the name, was not there before, and is nobody else's. */
export function mayBeOf(lease: Lease, box: Marked): boolean {
  if (box.phase === 'ended' || leaseNamedBy(box) !== null) return false;
  if (lease.before?.includes(box.id)) return false;
  return box.name === lease.name || (lease.before !== null && box.name === null);
}

/** The id of the lease that a box's own marks name; null where they name none. */
export function leaseNamedBy({ tags, hostname }: Pick<Marked, 'tags' | 'hostname'>): string | null {
  const named = tags[leaseTag] ?? hostname?.replace(/^dbx-/, 'dbx_') ?? '';
  return isLeaseId(named) ? named : null;
}
