import { z } from 'zod';
import type { Call } from '../calls.ts';

const oneWrite = z.looseObject({
  TableName: z.string(),
  Key: z.looseObject({ project: z.looseObject({ S: z.string() }) }).optional(),
  Item: z.looseObject({ project: z.looseObject({ S: z.string() }) }).optional(),
  UpdateExpression: z.string().optional(),
  ConditionExpression: z.string().optional(),
  ExpressionAttributeNames: z.record(z.string(), z.string()).optional(),
});

const transaction = z.looseObject({
  TransactItems: z.array(
    z.looseObject({
      Put: oneWrite.optional(),
      Update: oneWrite.optional(),
      Delete: oneWrite.optional(),
    }),
  ),
});

/** One write to a row, alone or out of a transaction. */
export interface RowWrite {
  readonly kind: 'put' | 'update' | 'delete';
  readonly table: string;
  readonly project: string;
  /** Expressions with the attributes' own names. */
  readonly update: string;
  readonly condition: string;
}

/** The writes of a call; none for a call of another kind. */
export function rowWrites({ name, params }: Call): RowWrite[] {
  const kind = {
    'dynamodb:PutItem': 'put',
    'dynamodb:UpdateItem': 'update',
    'dynamodb:DeleteItem': 'delete',
  } as const;
  if (name === 'dynamodb:TransactWriteItems') {
    const items = transaction.safeParse(params).data?.TransactItems ?? [];
    return items.flatMap(({ Put, Update, Delete }) => [
      ...(Put ? [asWrite('put', Put)] : []),
      ...(Update ? [asWrite('update', Update)] : []),
      ...(Delete ? [asWrite('delete', Delete)] : []),
    ]);
  }
  if (name !== 'dynamodb:PutItem' && name !== 'dynamodb:UpdateItem' && name !== 'dynamodb:DeleteItem')
    return [];
  const { data } = oneWrite.safeParse(params);
  return data ? [asWrite(kind[name], data)] : [];
}

function asWrite(kind: RowWrite['kind'], data: z.output<typeof oneWrite>): RowWrite {
  const names = data.ExpressionAttributeNames ?? {};
  const plain = (expression = '') => expression.replace(/#\w+/g, (alias) => names[alias] ?? alias);
  return {
    kind,
    table: data.TableName,
    project: data.Key?.project.S ?? data.Item?.project.S ?? '',
    update: plain(data.UpdateExpression),
    condition: plain(data.ConditionExpression),
  };
}

/** What is wrong with how a row is written (I4); undefined where nothing is. */
export function wrongWrite({ kind, update, condition }: RowWrite): string | undefined {
  if (kind === 'put') {
    return /attribute_not_exists\s*\(\s*project\s*\)/.test(condition)
      ? undefined
      : 'I4: a put that may replace a row';
  }
  if (kind === 'delete') return condition === '' ? 'I4: a row is deleted without a condition' : undefined;
  if (condition === '') return 'I4: an update without a condition, which makes a row where there is none';
  if (!/\bStatus\s*=/.test(update.replace(/\bREMOVE\b.*/s, ''))) return undefined;
  return /\b(Status|RunId|Revision)\b|attribute_not_exists/.test(condition)
    ? undefined
    : 'I4: the status is written whatever it was';
}
