import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { drawRunId, projectName } from '../../../src/lifecycle/names.ts';
import type { Project } from '../../../src/lifecycle/project.ts';
import { openProjects, type ProjectStore, type Written } from '../../../src/lifecycle/projects.ts';
import { launchClaimed, launchGivenUp, saveBegun } from '../../../src/lifecycle/transitions.ts';
import { type Moto, startMoto, whyNoMoto } from '../../support/aws/moto.ts';
import { FakeClock } from '../../support/fake-clock.ts';

const missing = whyNoMoto();
if (missing) console.warn(`notice: no table is written: ${missing}`);

(missing ? describe.skip : describe)('the rows of projects', () => {
  let moto: Moto;
  let client: DynamoDBClient;
  let documents: DynamoDBDocumentClient;
  let store: ProjectStore;
  const ws = projectName('ws');
  const claim = (random: () => number = Math.random) => ({
    run: drawRunId(random),
    at: '2026-01-01T00:00:00.000Z',
    image: 'ami-base',
    isBase: true,
    instanceType: 't3.micro',
    keyPair: 'mine',
  });
  const written = (result: Written): Project => {
    if (!result.done) throw new Error('not written');
    return result.project;
  };

  const existing = async (): Promise<Project> => {
    const project = await store.get(ws);
    if (project === null) throw new Error('no row');
    return project;
  };

  beforeAll(async () => {
    moto = await startMoto();
    client = new DynamoDBClient({
      endpoint: moto.url,
      region: 'us-east-1',
      credentials: { accessKeyId: 'AKIATEST', secretAccessKey: 'test' },
    });
    documents = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
    store = openProjects(documents, 'devbox-main', new FakeClock(), Math.random);
  });
  afterAll(async () => {
    client.destroy();
    await moto.close();
  });
  beforeEach(async () => {
    await moto.reset();
    await client.send(
      new CreateTableCommand({
        TableName: 'devbox-main',
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: 'project', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'project', KeyType: 'HASH' }],
      }),
    );
  });

  test('a project is made once', async () => {
    expect(written(await store.create(ws, { baseImage: 'ami-base' }))).toMatchObject({
      state: { kind: 'ready' },
      baseImage: 'ami-base',
      revision: 1,
    });
    expect(await store.create(ws, { baseImage: 'ami-other' })).toMatchObject({
      done: false,
      now: { baseImage: 'ami-base' },
    });
  });

  // One after the other, because moto does not hold a condition against writes that arrive together.
  test('of two launches that saw the same row one wins, with and without a row', async () => {
    const first = [await store.createLaunching(ws, claim()), await store.createLaunching(ws, claim())];
    expect(first.filter(({ done }) => done)).toHaveLength(1);
    const launching = await existing();
    const ready = written(await store.change(launching, launchGivenUp(launching, [])));
    const again = [
      await store.change(ready, launchClaimed(ready, claim())),
      await store.change(ready, launchClaimed(ready, claim())),
    ];
    expect(again.filter(({ done }) => done)).toHaveLength(1);
    expect(again.find(({ done }) => !done)).toMatchObject({ now: { state: { kind: 'launching' } } });
  });

  test('a change leaves what it does not name, and fails on a row that is gone', async () => {
    await documents.send(
      new PutCommand({
        TableName: 'devbox-main',
        Item: { project: 'ws', Status: 'READY', AMI: 'ami-1', Username: 'ubuntu', Extra: { kept: true } },
      }),
    );
    const old = await existing();
    const launching = written(await store.change(old, launchClaimed(old, claim())));
    const { Item } = await documents.send(
      new GetCommand({ TableName: 'devbox-main', Key: { project: 'ws' } }),
    );
    expect(Item).toMatchObject({
      Status: 'LAUNCHING',
      Username: 'ubuntu',
      Extra: { kept: true },
      AMI: 'ami-1',
      Saves: [{ generation: 1, image: 'ami-1' }],
      SchemaVersion: 2,
      Revision: 1,
    });
    expect(await store.change(old, saveBegun(old, { at: 'now', keeps: false }))).toMatchObject({
      done: false,
    });
    expect(await store.remove(old)).toMatchObject({ done: false });
    expect(await store.remove(launching)).toEqual({ done: true, project: null });
    expect(await store.remove(launching)).toEqual({ done: true, project: null });
    expect(await store.change(launching, launchGivenUp(launching, []))).toEqual({ done: false, now: null });
    expect(await store.get(ws)).toBeNull();
  });

  test('a write whose answer was lost is known as the own one', async () => {
    let isLost = true;
    documents.middlewareStack.add(
      (next) => async (args) => {
        const answer = await next(args);
        if (!isLost) return answer;
        isLost = false;
        return next(args);
      },
      { step: 'finalizeRequest', name: 'twice' },
    );
    expect((await store.create(ws, { baseImage: 'ami-base' })).done).toBe(true);
    expect(isLost).toBe(false);
    documents.middlewareStack.remove('twice');
  });

  test('whoever names an image is found, also in a row that cannot be read', async () => {
    for (const Item of [
      { project: 'ws', Status: 'READY', AMI: 'ami-1' },
      { project: 'other', Status: 'READY', BaseAmi: 'ami-1' },
      { project: 'newer', Status: 'READY', SchemaVersion: 3, Saves: { '1': 'ami-1' } },
      { project: 'none', Status: 'READY', AMI: 'ami-2' },
    ])
      await documents.send(new PutCommand({ TableName: 'devbox-main', Item }));
    expect((await store.whoNames('ami-1')).map(String).sort()).toEqual(['newer', 'other', 'ws']);
  });

  test('rows on later pages are found, and reserved ones are no projects', async () => {
    const filler = 'x'.repeat(300_000);
    for (const name of ['#label/ws', ...Array.from({ length: 8 }, (_, index) => `p${index}`)])
      await documents.send(
        new PutCommand({ TableName: 'devbox-main', Item: { project: name, Status: 'READY', filler } }),
      );
    const names = (await store.list()).map(({ name }) => name);
    expect(names.sort()).toEqual(Array.from({ length: 8 }, (_, index) => `p${index}`));
  });
});
