import {
  DeleteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
} from '@aws-sdk/lib-dynamodb';
import { awsFailureOf } from '../../base/aws/failure.ts';
import type { Asked } from './errors.ts';

/** The keys of the table, both texts. What there is of one kind has one partition. */
export const tableKeys = { partition: 'pk', sort: 'sk' } as const;

export type Kind = 'lease' | 'lock' | 'reaper';

/** An item without its keys. */
export type Attributes = Readonly<Record<string, unknown>>;

/** While these attributes of an item are as they are here; null is while there is no such item. */
export type Condition = Readonly<Record<string, string | number>> | null;

/** The items of one table. Reads are consistent. */
export interface Table {
  get(kind: Kind, id: string): Promise<Attributes | null>;
  /** All items of a kind, however many there are, in the order of their ids. */
  all(kind: Kind): Promise<(readonly [id: string, attributes: Attributes])[]>;
  /** Writes an item, whatever there is; or while a condition holds. @returns whether it was written. */
  put(kind: Kind, id: string, attributes: Attributes, condition?: Condition): Promise<boolean>;
  /** Removes an item while a condition holds. @returns whether it was removed. */
  remove(kind: Kind, id: string, condition: Condition): Promise<boolean>;
}

/** @param ask sends a request; its failures come through as the cards of devbox, but for conditions that do not hold. */
export function tableNamed(name: string, client: DynamoDBDocumentClient, ask: Asked): Table {
  const keyOf = (kind: Kind, id: string): Record<string, string> => ({
    [tableKeys.partition]: kind,
    [tableKeys.sort]: id,
  });
  return {
    async get(kind, id) {
      const { Item } = await ask('Could not read a lease', () =>
        client.send(new GetCommand({ TableName: name, Key: keyOf(kind, id), ConsistentRead: true })),
      );
      return Item ?? null;
    },

    async all(kind) {
      const found: [string, Attributes][] = [];
      let next: Record<string, unknown> | undefined;
      do {
        const start: { ExclusiveStartKey?: Record<string, unknown> } = next
          ? { ExclusiveStartKey: next }
          : {};
        const page = await ask('Could not list the leases', () =>
          client.send(
            new QueryCommand({
              TableName: name,
              KeyConditionExpression: '#kind = :kind',
              ExpressionAttributeNames: { '#kind': tableKeys.partition },
              ExpressionAttributeValues: { ':kind': kind },
              ConsistentRead: true,
              ...start,
            }),
          ),
        );
        for (const item of page.Items ?? []) found.push([String(item[tableKeys.sort]), item]);
        next = page.LastEvaluatedKey;
      } while (next);
      return found;
    },

    put: (kind, id, attributes, condition) =>
      whileItHolds(() =>
        ask('Could not write a lease', () =>
          client.send(
            new PutCommand({
              TableName: name,
              Item: { ...attributes, ...keyOf(kind, id) },
              ...(condition === undefined ? {} : expressionOf(condition)),
            }),
          ),
        ),
      ),

    remove: (kind, id, condition) =>
      whileItHolds(() =>
        ask('Could not remove a lease', () =>
          client.send(
            new DeleteCommand({ TableName: name, Key: keyOf(kind, id), ...expressionOf(condition) }),
          ),
        ),
      ),
  };
}

async function whileItHolds(send: () => Promise<unknown>): Promise<boolean> {
  try {
    await send();
    return true;
  } catch (error) {
    if (awsFailureOf(error)?.name === 'ConditionalCheckFailedException') return false;
    throw error;
  }
}

function expressionOf(condition: Condition) {
  if (condition === null) {
    return {
      ConditionExpression: 'attribute_not_exists(#kind)',
      ExpressionAttributeNames: { '#kind': tableKeys.partition },
    };
  }
  const given = Object.entries(condition);
  return {
    ConditionExpression: given.map((_, index) => `#c${index} = :c${index}`).join(' AND '),
    ExpressionAttributeNames: Object.fromEntries(given.map(([name], index) => [`#c${index}`, name])),
    ExpressionAttributeValues: Object.fromEntries(given.map(([, value], index) => [`:c${index}`, value])),
  };
}
