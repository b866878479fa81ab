import {
  DeleteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  TransactWriteCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import * as z from 'zod/mini';
import { awsError, awsFailureOf } from '../base/aws/failure.ts';
import { DevboxError } from '../base/errors.ts';
import { type DnsEntry, readDnsEntry, reservationKey } from './entry.ts';
import { type DnsLabel, storedLabel } from './label.ts';

/** What a project's row says of names. */
export interface DnsRow {
  /** The run under way or last; null in rows of the first deployments. */
  readonly runId: string | null;
  /** The label of its name; null where the row has none, or a whole name of before. */
  readonly label: DnsLabel | null;
  readonly entry: DnsEntry;
}

/** The rows of the main table, as far as names are concerned. Every write is conditional. */
export interface DnsRows {
  /** Null where there is no such project. */
  read(project: string): Promise<DnsRow | null>;
  /**
   * Changes what a row says of names, from what it says now; called again where somebody else was faster.
   * @param change the new entry and label (`undefined` leaves the label); null leaves all as it is.
   * @returns the row as it is then; null where it is gone.
   */
  update(project: string, change: (row: DnsRow) => DnsChange | null): Promise<DnsRow | null>;
  /** Reserves a label. @returns whose it is now. */
  reserve(label: DnsLabel, project: string): Promise<string>;
  /** Gives a label free, if it is the project's. */
  release(label: string, project: string): Promise<void>;
}

export interface DnsChange {
  readonly entry: Omit<DnsEntry, 'version'>;
  readonly label?: DnsLabel;
}

const names = { '#dns': 'Dns', '#project': 'project', '#version': 'version' };

const holder = z.object({ Holder: z.string() });

/** How often a write is tried again after somebody else's. */
const tries = 10;

export function dnsRows(dynamo: DynamoDBDocumentClient, table: string): DnsRows {
  const read = async (project: string): Promise<DnsRow | null> => {
    const { Item } = await send(() =>
      dynamo.send(new GetCommand({ TableName: table, Key: { project }, ConsistentRead: true })),
    );
    return Item === undefined ? null : rowOf(Item);
  };
  return {
    read,
    update: async (project, change) => {
      for (let attempt = 1; ; attempt++) {
        const row = await read(project);
        const changed = row === null ? null : change(row);
        if (row === null || changed === null) return row;
        const entry: DnsEntry = { ...changed.entry, version: row.entry.version + 1 };
        const label = changed.label;
        const isNew = row.entry.version === 0;
        const run = row.runId === null ? 'attribute_not_exists(RunId)' : 'RunId = :run';
        try {
          await dynamo.send(
            new UpdateCommand({
              TableName: table,
              Key: { project },
              UpdateExpression: `SET #dns = :entry${label === undefined ? '' : ', CNAMEDomain = :label'}`,
              ConditionExpression: `attribute_exists(#project) AND ${run} AND ${
                isNew ? 'attribute_not_exists(#dns.#version)' : '#dns.#version = :version'
              }`,
              ExpressionAttributeNames: names,
              ExpressionAttributeValues: {
                ':entry': entry,
                ':label': label,
                ':run': row.runId ?? undefined,
                ':version': isNew ? undefined : row.entry.version,
              },
            }),
          );
          return { runId: row.runId, label: label ?? row.label, entry };
        } catch (error) {
          if (!isConditionFailed(error) || attempt === tries) throw failed(error);
        }
      }
    },
    reserve: async (label, project) => {
      const key = reservationKey(label);
      for (let attempt = 1; ; attempt++) {
        try {
          await dynamo.send(
            new UpdateCommand({
              TableName: table,
              Key: { project: key },
              UpdateExpression: 'SET Holder = :holder',
              ConditionExpression: 'attribute_not_exists(Holder) OR Holder = :holder',
              ExpressionAttributeValues: { ':holder': project },
            }),
          );
          return project;
        } catch (error) {
          if (!isConditionFailed(error) || attempt === tries) throw failed(error);
        }
        const by = await holderOf(dynamo, table, key);
        if (by === null) continue;
        if ((await read(by)) !== null) return by;
        // Left behind by a project that is gone: whoever still finds it gone takes it.
        await dynamo
          .send(
            new TransactWriteCommand({
              TransactItems: [
                {
                  ConditionCheck: {
                    TableName: table,
                    Key: { project: by },
                    ConditionExpression: 'attribute_not_exists(#project)',
                    ExpressionAttributeNames: { '#project': 'project' },
                  },
                },
                {
                  Update: {
                    TableName: table,
                    Key: { project: key },
                    UpdateExpression: 'SET Holder = :holder',
                    ConditionExpression: 'Holder = :by',
                    ExpressionAttributeValues: { ':holder': project, ':by': by },
                  },
                },
              ],
            }),
          )
          .catch((error: unknown) => {
            if (awsFailureOf(error)?.name !== 'TransactionCanceledException') throw failed(error);
          });
      }
    },
    release: async (label, project) => {
      try {
        await dynamo.send(
          new DeleteCommand({
            TableName: table,
            Key: { project: reservationKey(label) },
            ConditionExpression: 'Holder = :holder',
            ExpressionAttributeValues: { ':holder': project },
          }),
        );
      } catch (error) {
        if (!isConditionFailed(error)) throw failed(error);
      }
    },
  };
}

async function holderOf(dynamo: DynamoDBDocumentClient, table: string, key: string): Promise<string | null> {
  const { Item } = await send(() =>
    dynamo.send(new GetCommand({ TableName: table, Key: { project: key }, ConsistentRead: true })),
  );
  const parsed = holder.safeParse(Item);
  return parsed.success ? parsed.data.Holder : null;
}

function rowOf(item: Readonly<Record<string, unknown>>): DnsRow {
  const runId = item['RunId'];
  const label = item['CNAMEDomain'];
  return {
    runId: typeof runId === 'string' ? runId : null,
    label: storedLabel(typeof label === 'string' ? label : null),
    entry: storedEntry(item['Dns']),
  };
}

function storedEntry(value: unknown): DnsEntry {
  const entry = readDnsEntry(value);
  if (entry !== null) return entry;
  throw new DevboxError('failed', 'What the table says of the names of this project cannot be read.', {
    title: 'DNS Error',
    code: 'dns/entry-unreadable',
    details: [{ label: 'Attribute', value: 'Dns' }],
    hint: 'A newer devbox may have written it: update this one.',
  });
}

function isConditionFailed(error: unknown): boolean {
  return awsFailureOf(error)?.name === 'ConditionalCheckFailedException';
}

async function send<T>(call: () => Promise<T>): Promise<T> {
  return call().catch((error: unknown) => {
    throw failed(error);
  });
}

function failed(error: unknown): unknown {
  return awsError(error, { doing: 'Could not read or write down the names of boxes' });
}
