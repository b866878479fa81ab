import { DescribeInstancesCommand, EC2Client } from '@aws-sdk/client-ec2';
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { connectAws } from '../../../src/base/aws/connection.ts';
import { awsError } from '../../../src/base/aws/failure.ts';
import { type Moto, startMoto, whyNoMoto } from '../../support/aws/moto.ts';

const missing = whyNoMoto();
if (missing) console.warn(`notice: AWS is not asked: ${missing}`);

(missing ? describe.skip : describe)('a connection to AWS', () => {
  let moto: Moto;
  beforeAll(async () => {
    moto = await startMoto();
    process.env['AWS_ACCESS_KEY_ID'] = 'AKIATEST';
    process.env['AWS_SECRET_ACCESS_KEY'] = 'test';
  });
  afterAll(async () => {
    await moto.close();
    delete process.env['AWS_ACCESS_KEY_ID'];
    delete process.env['AWS_SECRET_ACCESS_KEY'];
  });
  const connect = (env: Readonly<Record<string, string>>) =>
    connectAws({ region: null, profile: null, endpoint: moto.url, timeoutSeconds: 10, attempts: 1 }, env);

  test('takes the region where the AWS CLI takes it', async () => {
    const { settings } = await connect({ AWS_DEFAULT_REGION: 'eu-west-1' });
    const client = new EC2Client(settings);
    expect(await client.config.region()).toBe('eu-west-1');
    expect((await client.send(new DescribeInstancesCommand({}))).Reservations).toEqual([]);
  });

  test('tells what went wrong in one card', async () => {
    const { dynamo } = await connect({ AWS_REGION: 'us-east-1' });
    const documents = await dynamo();
    const failure = await documents
      .send(new GetCommand({ TableName: 'none', Key: { id: '1' } }))
      .catch((error: unknown) => awsError(error, { doing: 'Could not read the table' }));
    expect(failure).toMatchObject({
      name: 'DevboxError',
      code: 'aws/ResourceNotFoundException',
      message: expect.stringMatching(/^Could not read the table: /),
    });
  });
});
