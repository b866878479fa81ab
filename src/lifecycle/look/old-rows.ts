import { DeleteCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod/mini';
import type { OldVolumeRow } from '../decide/seen.ts';
import { metaTable } from '../deployment.ts';
import type { LifecycleDeps } from '../deps.ts';
import type { ProjectName } from '../names.ts';

const row = z.looseObject({
  volumeId: z.string(),
  instanceId: z.nullish(z.string()),
  deviceName: z.nullish(z.string()),
  snapshotId: z.nullish(z.string()),
});

type Reach = Pick<LifecycleDeps, 'dynamo' | 'tables'>;

/**
 * The rows that the first deployments kept of volumes that were being saved. devbox itself keeps what it needs in the
 * project's own row, where no other run can mix with it and one write changes all of it.
 */
export async function readOldRows({ dynamo, tables }: Reach, project: ProjectName): Promise<OldVolumeRow[]> {
  const rows: OldVolumeRow[] = [];
  let start: Record<string, unknown> | undefined;
  do {
    const { Items, LastEvaluatedKey } = await dynamo.send(
      new QueryCommand({
        TableName: tables.meta,
        ConsistentRead: true,
        KeyConditionExpression: '#key = :project',
        ExpressionAttributeNames: { '#key': metaTable.partitionKey },
        ExpressionAttributeValues: { ':project': project },
        ExclusiveStartKey: start,
      }),
    );
    for (const item of Items ?? []) {
      const read = z.safeParse(row, item);
      if (!read.success) continue;
      const { volumeId, instanceId, deviceName, snapshotId } = read.data;
      rows.push({
        volume: volumeId,
        instance: instanceId || null,
        device: deviceName || null,
        snapshot: snapshotId || null,
      });
    }
    start = LastEvaluatedKey;
  } while (start !== undefined);
  return rows;
}

/** Takes such rows away, once what they say stands in the project's row. */
export async function removeOldRows(
  { dynamo, tables }: Reach,
  project: ProjectName,
  rows: readonly OldVolumeRow[],
): Promise<void> {
  for (const { volume } of rows)
    await dynamo.send(
      new DeleteCommand({
        TableName: tables.meta,
        Key: { [metaTable.partitionKey]: project, [metaTable.sortKey]: volume },
      }),
    );
}
