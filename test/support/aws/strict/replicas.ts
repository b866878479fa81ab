import {
  CreateTableCommand,
  DeleteTableCommand,
  DescribeTableCommand,
  type DynamoDBClient,
  PutItemCommand,
  ScanCommand,
} from '@aws-sdk/client-dynamodb';
import { z } from 'zod';
import { askMoto } from './moto-link.ts';
import type { AwsRequest } from './request.ts';

const writes = /^(PutItem|UpdateItem|DeleteItem|TransactWriteItems|BatchWriteItem)$/;
const reads = /^(GetItem|Query|Scan|BatchGetItem)$/;

const reading = z.object({
  TableName: z.string(),
  ConsistentRead: z.boolean().optional(),
  IndexName: z.string().optional(),
});

const suffix = '.behind';

/**
 * Tables as a read that does not ask for consistency may find them: some writes behind. The copies are tables of their own,
 * and every write is repeated there once others have followed it.
 */
export class Replicas {
  private tables: readonly string[] = [];
  private waiting: AwsRequest[] = [];
  private behind = 0;

  constructor(
    private readonly motoUrl: string,
    private readonly dynamo: DynamoDBClient,
  ) {}

  /** From now on reads are this many writes behind; `Infinity` is as it is now for good. */
  async start(tables: readonly string[], behind: number): Promise<void> {
    await this.stop();
    for (const table of tables) await this.copy(table);
    this.tables = tables;
    this.behind = behind;
  }

  /** Every read is of the latest again. */
  async stop(): Promise<void> {
    for (const table of this.tables) {
      await this.dynamo.send(new DeleteTableCommand({ TableName: table + suffix }));
    }
    this.tables = [];
    this.waiting = [];
  }

  /** The body of a read that is answered from a copy; undefined where it is to be answered from the table itself. */
  redirect({ action, body, params }: AwsRequest): string | undefined {
    if (!reads.test(action)) return undefined;
    const { data } = reading.safeParse(params);
    const isCopied = data !== undefined && this.tables.includes(data.TableName);
    if (!isCopied || (data.ConsistentRead && data.IndexName === undefined)) return undefined;
    return this.renamed(body.toString());
  }

  /** Told of every write that took effect. */
  async wrote(request: AwsRequest): Promise<void> {
    if (this.tables.length === 0 || !writes.test(request.action)) return;
    this.waiting.push(request);
    while (this.waiting.length > this.behind) {
      const next = this.waiting.shift();
      if (next) await askMoto(this.motoUrl, next, this.renamed(next.body.toString()));
    }
  }

  private renamed(body: string): string {
    return this.tables.reduce(
      (text, table) => text.replaceAll(JSON.stringify(table), JSON.stringify(table + suffix)),
      body,
    );
  }

  private async copy(table: string): Promise<void> {
    const { Table: described } = await this.dynamo.send(new DescribeTableCommand({ TableName: table }));
    const indexes = (described?.GlobalSecondaryIndexes ?? []).map(({ IndexName, KeySchema, Projection }) => ({
      IndexName,
      KeySchema,
      Projection,
    }));
    await this.dynamo.send(
      new CreateTableCommand({
        TableName: table + suffix,
        BillingMode: 'PAY_PER_REQUEST',
        KeySchema: described?.KeySchema,
        AttributeDefinitions: described?.AttributeDefinitions,
        ...(indexes.length === 0 ? {} : { GlobalSecondaryIndexes: indexes }),
      }),
    );
    const { Items: items = [] } = await this.dynamo.send(new ScanCommand({ TableName: table }));
    for (const Item of items) await this.dynamo.send(new PutItemCommand({ TableName: table + suffix, Item }));
  }
}
