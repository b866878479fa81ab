import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EC2Client } from '@aws-sdk/client-ec2';
import { Route53Client } from '@aws-sdk/client-route-53';
import { SSMClient } from '@aws-sdk/client-ssm';
import { DeleteCommand, DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb';

/** The region of every account here, and keys that AWS does not give to anybody. */
export const region = 'us-east-1';
export const testKeys = { accessKeyId: 'AKIATEST', secretAccessKey: 'test' };

export type Row = Readonly<Record<string, unknown>>;

/** Clients of AWS' own library; one try each, so that a call of the test is one call. */
export interface Clients {
  readonly ec2: EC2Client;
  readonly dynamo: DynamoDBDocumentClient;
  readonly ssm: SSMClient;
  readonly route53: Route53Client;
}

export function clientsOf(endpoint: string, accessKeyId: string): Clients {
  const settings = {
    endpoint,
    region,
    credentials: { accessKeyId, secretAccessKey: testKeys.secretAccessKey },
    maxAttempts: 1,
  };
  return {
    ec2: new EC2Client(settings),
    dynamo: DynamoDBDocumentClient.from(new DynamoDBClient(settings), {
      marshallOptions: { removeUndefinedValues: true },
    }),
    ssm: new SSMClient(settings),
    route53: new Route53Client(settings),
  };
}

export function destroyClients(clients: Clients): void {
  for (const client of Object.values(clients)) client.destroy();
}

/** Every row of a table. */
export async function scan(dynamo: DynamoDBDocumentClient, table: string): Promise<Row[]> {
  const rows: Row[] = [];
  let from: Row | undefined;
  do {
    const { Items = [], LastEvaluatedKey } = await dynamo.send(
      new ScanCommand({ TableName: table, ConsistentRead: true, ExclusiveStartKey: from }),
    );
    rows.push(...Items);
    from = LastEvaluatedKey;
  } while (from);
  return rows;
}

/** Deletes every row of a table. */
export async function clear(
  dynamo: DynamoDBDocumentClient,
  table: string,
  keys: readonly string[],
): Promise<void> {
  for (const row of await scan(dynamo, table)) {
    const Key = Object.fromEntries(keys.map((key) => [key, row[key]]));
    await dynamo.send(new DeleteCommand({ TableName: table, Key }));
  }
}
