import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';

/** What devbox asks AWS with in tests; an emulator takes any. */
export const testCredentials = {
  AWS_ACCESS_KEY_ID: 'AKIATEST',
  AWS_SECRET_ACCESS_KEY: 'test',
  AWS_REGION: 'us-east-1',
};

/** A client of an emulator at this address. */
export function testDynamo(url: string): DynamoDBClient {
  return new DynamoDBClient({
    endpoint: url,
    region: testCredentials.AWS_REGION,
    credentials: {
      accessKeyId: testCredentials.AWS_ACCESS_KEY_ID,
      secretAccessKey: testCredentials.AWS_SECRET_ACCESS_KEY,
    },
  });
}

/** Makes a table of leases as docs/leases.md says it. */
export async function makeLeaseTable(url: string, name: string): Promise<void> {
  const client = testDynamo(url);
  await client.send(
    new CreateTableCommand({
      TableName: name,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [
        { AttributeName: 'pk', AttributeType: 'S' },
        { AttributeName: 'sk', AttributeType: 'S' },
      ],
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
    }),
  );
  client.destroy();
}
