import { describe, expect, test } from '@jest/globals';
import { imagesNeeded, imageToBoot, isLaunchable } from '../../../src/lifecycle/project.ts';
import { parseRow } from '../../../src/lifecycle/row.ts';

const read = (row: Record<string, unknown>) => {
  const project = parseRow({ project: 'ws', ...row });
  if (project === null) throw new Error('no project');
  return project;
};

describe('rows of the first deployments', () => {
  test('a launch of before wrote NULLs and empty texts', () => {
    const project = read({
      Status: 'RUNNING',
      AMI: 'ami-1',
      InstanceId: 'i-1',
      LastInstanceType: 't3.micro',
      LastKeyPair: null,
      Username: '',
      VolumeCount: 0,
      VirtualizationType: null,
      Architecture: null,
      RootDeviceName: null,
      InstanceType: null,
      LaunchTime: '',
      LastUpdated: '2025-01-01 00:00:00.000000+00:00',
      State: 'running',
      CNAMEDomain: 'ws.example.com',
    });
    expect(project).toMatchObject({
      state: { kind: 'legacy', status: 'RUNNING', instanceId: 'i-1', image: 'ami-1' },
      instanceType: 't3.micro',
      keyPair: null,
      username: null,
      label: null,
      revision: null,
      saves: [],
    });
    expect(isLaunchable(project)).toBe(false);
  });

  test('one that is READY has its image as its save, which comes before a base image', () => {
    const project = read({ Status: 'READY', AMI: 'ami-1', BaseAmi: 'ami-base' });
    expect(project.saves).toMatchObject([{ generation: 1, image: 'ami-1' }]);
    expect(imageToBoot(project)).toMatchObject({ image: 'ami-1', from: 'save' });
    expect(isLaunchable(project)).toBe(true);
  });

  test.each(['LAUNCHING', 'SNAPSHOTTING', 'IMAGING', 'ERROR'])(
    '%s is in the middle of something',
    (status) => {
      expect(read({ Status: status }).state).toMatchObject({ kind: 'legacy', status });
    },
  );
});

test('a row of a save says what it saves', () => {
  const project = read({
    Status: 'IMAGING',
    SchemaVersion: 2,
    Revision: 7,
    RunId: 'r1',
    InstanceId: 'i-1',
    RunImage: 'ami-1',
    Volumes: [{ id: 'vol-1', device: '/dev/xvda', size: 8, type: 'gp3', disposable: true }],
    Saving: { generation: 2, attempt: 1, keeps: false, image: 'ami-2', startedAt: '2026-01-01T00:00:00Z' },
    Saves: [{ generation: 1, image: 'ami-1' }],
    BaseAmi: 'ami-base',
  });
  expect(project.state).toMatchObject({
    kind: 'saving',
    step: 'image',
    run: { id: 'r1', instanceId: 'i-1', volumes: [{ id: 'vol-1', iops: null }] },
    saving: { generation: 2, image: 'ami-2' },
  });
  expect([...imagesNeeded(project)].sort()).toEqual(['ami-1', 'ami-2', 'ami-base']);
});

test('a restore that was asked for is booted before the newest save', () => {
  const project = read({
    Status: 'READY',
    SchemaVersion: 2,
    Saves: [
      { generation: 1, image: 'ami-1' },
      { generation: 2, image: 'ami-2' },
    ],
    RestoreAmi: 'ami-1',
  });
  expect(imageToBoot(project)).toMatchObject({ image: 'ami-1', from: 'restore', save: { generation: 1 } });
});

test('what cannot be read is left alone and says why', () => {
  expect(read({ Status: 'READY', SchemaVersion: 2, Saves: 'none' }).state).toEqual({
    kind: 'unknown',
    status: 'READY',
    reason: 'its attribute Saves cannot be read',
  });
  expect(read({ Status: 'DANCING', SchemaVersion: 2, RunId: 'r1' }).state).toMatchObject({ kind: 'unknown' });
  expect(read({ Status: 'RUNNING', SchemaVersion: 2 }).state).toMatchObject({
    kind: 'unknown',
    reason: 'it has no run id',
  });
});

test('rows that are no projects are none', () => {
  expect(parseRow({ project: '#label/ws' })).toBeNull();
  expect(parseRow(undefined)).toBeNull();
});
