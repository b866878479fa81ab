import { z } from 'zod';
import type { Account } from '../account.ts';
import type { Call } from '../calls.ts';
import type { Tags } from '../ec2/resources.ts';
import { type RouteParams, readRoute } from '../route53/request.ts';
import { type CheckedRow, isRemoving, savesOf } from './row.ts';

const ids = z.object({
  InstanceId: z.array(z.string()).optional(),
  VolumeId: z.string().optional(),
  SnapshotId: z.string().optional(),
  ImageId: z.string().optional(),
});

const destroys: Readonly<Record<string, keyof z.output<typeof ids>>> = {
  'ec2:TerminateInstances': 'InstanceId',
  'ec2:DeleteVolume': 'VolumeId',
  'ec2:DeleteSnapshot': 'SnapshotId',
  'ec2:DeregisterImage': 'ImageId',
};

/** What a call is about to destroy that it must not (I3), in words. */
export function wrongDestructions(
  call: Call,
  account: Account,
  rows: readonly CheckedRow[],
  deployments: readonly string[],
): string[] {
  const key = destroys[call.name];
  if (key === undefined) return [];
  const named = ids.safeParse(call.params).data?.[key] ?? [];
  return [named].flat().flatMap((id) => {
    const tags = tagsOf(account, id);
    if (tags === undefined) return [];
    const wrong = [
      ...(isOurs(id, tags, rows, deployments) ? [] : [`I3: ${id} is not devbox's`]),
      ...rows.flatMap((row) =>
        savesOf(row).at(-1) === id && !isRemoving(row)
          ? [`I3: ${id} is the current save of ${row.project}`]
          : [],
      ),
    ];
    return wrong;
  });
}

function tagsOf({ cloud }: Account, id: string): Tags | undefined {
  return (cloud.instances.get(id) ?? cloud.volumes.get(id) ?? cloud.snapshots.get(id) ?? cloud.images.get(id))
    ?.tags;
}

/** By all marks; by the marks of old and a row that names it; or by those of a box without a project. */
function isOurs(
  id: string,
  tags: Tags,
  rows: readonly CheckedRow[],
  deployments: readonly string[],
): boolean {
  const project = tags.get('Project');
  const deployment = tags.get('devbox:deployment');
  const managedBy = tags.get('ManagedBy') ?? '';
  if (project === undefined) return tags.has('devbox-lease');
  if (!['devbox-cli', 'devbox-lambda'].includes(managedBy)) return false;
  if (deployment !== undefined) return deployments.includes(deployment);
  const row = rows.find((it) => it.project === project);
  return row !== undefined && JSON.stringify(row).includes(`"${id}"`);
}

/** Names that a call takes from, or turns away from, somebody who is not a box of ours. */
export function wrongNames(call: Call, account: Account, ourNames: ReadonlySet<string>): string[] {
  if (call.name !== 'route53:ChangeResourceRecordSets') return [];
  const { zoneId, changes } = routeParams(call);
  const zone = account.zones.all.get(zoneId ?? '');
  return changes.flatMap(({ action, set }) => {
    if (action === 'CREATE') return [];
    const current = zone?.sets.find(({ name, type }) => name === set.name && type === set.type);
    const isOurName =
      current === undefined ||
      (current.type === 'CNAME' && current.values.every((value) => ourNames.has(value.replace(/\.$/, ''))));
    return isOurName ? [] : [`I3: ${set.name} ${set.type} ${current.values.join(' ')} is not devbox's`];
  });
}

const route = z.custom<RouteParams>(
  (value) => typeof value === 'object' && value !== null && 'changes' in value,
);

function routeParams({ params }: Call): RouteParams {
  return route.safeParse(params).data ?? readRoute('/', '');
}
