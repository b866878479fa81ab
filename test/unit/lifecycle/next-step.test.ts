import { describe, expect, test } from '@jest/globals';
import { type Means, nextStep } from '../../../src/lifecycle/decide/next-step.ts';
import type {
  Seen,
  SeenImage,
  SeenInstance,
  SeenSnapshot,
  SeenVolume,
} from '../../../src/lifecycle/decide/seen.ts';
import { projectName } from '../../../src/lifecycle/names.ts';
import { parseRow } from '../../../src/lifecycle/row.ts';

const now = Date.parse('2026-01-01T12:00:00Z');
const marks = { Project: 'ws', ManagedBy: 'devbox-cli', 'devbox:deployment': 'devbox', 'devbox:run': 'r1' };
const ofSave = { ...marks, 'devbox:generation': '2', 'devbox:attempt': '1' };
const machine = {
  architecture: 'x86_64',
  virtualizationType: 'hvm',
  rootDevice: '/dev/xvda',
  enaSupport: true,
  sriovNetSupport: null,
  bootMode: null,
  tpmSupport: null,
  imdsSupport: null,
};
const means: Means = {
  patience: { launch: 900_000, settle: 300_000, claim: 60_000 },
  keepImages: 2,
  tried: new Set(),
};

const instance = (state: SeenInstance['state'], extra: Partial<SeenInstance> = {}): SeenInstance => ({
  id: 'i-1',
  state,
  reason: null,
  tags: { ...marks, 'devbox:ran': 'yes' },
  type: 't3.micro',
  zone: 'us-east-1a',
  publicIp: null,
  privateIp: null,
  publicDns: null,
  machine,
  disks: state === 'terminated' ? [] : [{ device: '/dev/xvda', volume: 'vol-1', deleteOnTermination: false }],
  ...extra,
});
const volume = (extra: Partial<SeenVolume> = {}): SeenVolume => ({
  id: 'vol-1',
  state: 'in-use',
  size: 8,
  type: 'gp3',
  iops: 3000,
  throughput: 125,
  from: 'snap-base',
  tags: marks,
  attachedTo: [{ instance: 'i-1', device: '/dev/xvda' }],
  ...extra,
});
const loose = volume({ state: 'available', attachedTo: [] });
const snapshot = (state: string, extra: Partial<SeenSnapshot> = {}): SeenSnapshot => ({
  id: 'snap-2',
  state,
  reason: null,
  volume: 'vol-1',
  tags: ofSave,
  startedAt: now,
  ...extra,
});
const image = (state: string, extra: Partial<SeenImage> = {}): SeenImage => ({
  id: 'ami-2',
  name: 'devbox-ws-g2-r1',
  state,
  reason: null,
  tags: ofSave,
  machine,
  usageOperation: 'RunInstances',
  disks: [{ device: '/dev/xvda', snapshot: 'snap-2' }],
  ...extra,
});

const noted = {
  id: 'vol-1',
  device: '/dev/xvda',
  size: 8,
  type: 'gp3',
  iops: 3000,
  throughput: 125,
  disposable: true,
};
const saving = {
  generation: 2,
  attempt: 1,
  keeps: false,
  image: null,
  startedAt: '2026-01-01T11:00:00Z',
  askedAt: null,
};
const run = {
  RunId: 'r1',
  InstanceId: 'i-1',
  RunImage: 'ami-1',
  LaunchedAt: '2026-01-01T10:00:00Z',
  Volumes: [noted],
  RootDeviceName: '/dev/xvda',
};

const step = (row: Record<string, unknown>, seen: Partial<Seen> = {}, by: Partial<Means> = {}) => {
  const project = parseRow({ project: 'ws', SchemaVersion: 2, Revision: 1, Saves: [], ...row });
  if (project === null) throw new Error('no project');
  return nextStep(
    {
      project,
      whose: { project: projectName('ws'), deployment: 'devbox' },
      hasDns: false,
      instances: [],
      volumes: [],
      snapshots: [],
      images: [],
      oldRows: [],
      now,
      ...seen,
    },
    { ...means, ...by },
  );
};

describe('a launch', () => {
  const row = { Status: 'LAUNCHING', ...run, InstanceId: undefined, Volumes: undefined };
  test.each([
    ['waits for a box that may still come', '2026-01-01T11:59:00Z', [], 'wait'],
    ['is given up when none came', '2026-01-01T11:00:00Z', [], 'give-up-launch'],
    ['notes its box', '2026-01-01T11:59:00Z', [instance('pending')], 'note-instance'],
    ['is given up when its box died', '2026-01-01T11:59:00Z', [instance('terminated')], 'give-up-launch'],
  ] as const)('%s', (_, LaunchedAt, instances, done) => {
    expect(step({ ...row, LaunchedAt }, { instances }).do).toBe(done);
  });

  test('runs once its box runs', () => {
    const seen = { instances: [instance('running')], volumes: [volume()] };
    expect(step({ ...row, InstanceId: 'i-1' }, seen)).toMatchObject({
      do: 'mark-running',
      volumes: [noted],
    });
  });
});

describe('a running box', () => {
  const row = { Status: 'RUNNING', ...run };
  test('needs nothing while all its disks outlive it', () => {
    expect(step(row, { instances: [instance('running')], volumes: [volume()] }).do).toBe('nothing');
  });

  test('keeps a disk that EC2 would delete, and marks one that nobody has marked', () => {
    const disks = [
      { device: '/dev/xvda', volume: 'vol-1', deleteOnTermination: true },
      { device: '/dev/sdf', volume: 'vol-2', deleteOnTermination: false },
      { device: '/dev/sdg', volume: 'vol-3', deleteOnTermination: false },
    ];
    const volumes = [
      volume(),
      volume({ id: 'vol-2', tags: {} }),
      volume({ id: 'vol-3', tags: { ManagedBy: 'terraform' } }),
    ];
    expect(step(row, { instances: [instance('running', { disks })], volumes })).toMatchObject({
      do: 'keep-volumes',
      care: { mark: ['vol-2'], keep: [{ device: '/dev/xvda' }] },
      volumes: [{ id: 'vol-2', disposable: true }, { id: 'vol-3', disposable: false }, { id: 'vol-1' }],
    });
  });

  test('that has ended is rescued; one that EC2 does not show yet is waited for', () => {
    expect(step(row, { instances: [instance('terminated')] }).do).toBe('begin-rescue');
    expect(step(row).do).toBe('begin-rescue');
    expect(step({ ...row, LaunchedAt: '2026-01-01T11:58:00Z' }).do).toBe('wait');
  });
});

describe('a save of a box that is there', () => {
  const row = { Status: 'SNAPSHOTTING', ...run, Saving: saving };
  const volumes = [volume()];
  test.each([
    ['running', 'stop'],
    ['stopping', 'wait'],
    ['stopped', 'ask-image'],
  ] as const)('%s: %s', (state, done) => {
    expect(step(row, { instances: [instance(state)], volumes }).do).toBe(done);
  });

  test('an image that was just asked for is left to whoever asked', () => {
    const asked = { ...row, Status: 'IMAGING', Saving: { ...saving, askedAt: '2026-01-01T11:59:30Z' } };
    const later = { ...row, Status: 'IMAGING', Saving: { ...saving, askedAt: '2026-01-01T11:58:30Z' } };
    const seen = { instances: [instance('stopped')], volumes };
    expect(step(asked, seen).do).toBe('wait');
    expect(step(later, seen).do).toBe('ask-image');
    const ahead = { ...row, Status: 'IMAGING', Saving: { ...saving, askedAt: '2026-01-01T18:00:00Z' } };
    expect(step(ahead, seen).do).toBe('ask-image');
  });

  test('of a box that is to run on does not stop it, and ends with the box', () => {
    const keeps = { ...row, Saving: { ...saving, keeps: true } };
    expect(step(keeps, { instances: [instance('running')], volumes })).toMatchObject({
      do: 'ask-image',
      running: true,
    });
    expect(step(keeps, { instances: [instance('terminated')] }).do).toBe('give-up-save');
  });
});

describe('a save from the disks of a box that is gone', () => {
  const row = { Status: 'SNAPSHOTTING', ...run, Saving: saving };
  const instances = [instance('terminated')];
  test('waits while the box shuts down, unless its disks go with it', () => {
    const dying = instance('shutting-down');
    const disks = [{ device: '/dev/xvda', volume: 'vol-1', deleteOnTermination: true }];
    expect(step(row, { instances: [dying], volumes: [volume()] }).do).toBe('wait');
    expect(step(row, { instances: [{ ...dying, disks }], volumes: [volume()] }).do).toBe('snapshot');
  });

  test('snapshots what has none, waits, and makes an image of what is complete', () => {
    expect(step(row, { instances, volumes: [loose] })).toMatchObject({
      do: 'snapshot',
      volumes: [{ id: 'vol-1' }],
    });
    expect(step(row, { instances, volumes: [loose], snapshots: [snapshot('pending')] }).do).toBe('wait');
    expect(step(row, { instances, volumes: [loose], snapshots: [snapshot('completed')] })).toMatchObject({
      do: 'register',
      rootDevice: '/dev/xvda',
      disks: [{ device: '/dev/xvda', snapshot: 'snap-2', size: 8, type: 'gp3' }],
    });
  });

  test('uses no snapshot of another run or another save', () => {
    for (const tags of [
      { ...ofSave, 'devbox:run': 'r0' },
      { ...ofSave, 'devbox:generation': '1' },
      { ...ofSave, 'devbox:deployment': 'other' },
    ])
      expect(
        step(row, { instances, volumes: [loose], snapshots: [snapshot('completed', { tags })] }).do,
      ).toBe('snapshot');
  });

  test('a failed snapshot fails the save, and the next attempt makes it again', () => {
    const snapshots = [snapshot('error', { reason: 'broken' })];
    expect(step(row, { instances, volumes: [loose], snapshots })).toMatchObject({
      do: 'fail',
      reason: 'The snapshot snap-2 of vol-1 (/dev/xvda) failed: broken',
    });
    const again = { ...row, Saving: { ...saving, attempt: 2 } };
    expect(step(again, { instances, volumes: [loose], snapshots }).do).toBe('snapshot');
  });

  test('never guesses which disk is the root', () => {
    const other = { ...noted, device: '/dev/sdf' };
    const seen = { instances, volumes: [loose], snapshots: [snapshot('completed')] };
    expect(step({ ...row, Volumes: [other] }, seen)).toMatchObject({
      do: 'fail',
      reason: 'The disk that the box booted from (/dev/xvda) is gone',
    });
  });

  test('is lost where nothing is left', () => {
    expect(step(row, { instances })).toMatchObject({ do: 'lose' });
  });
});

describe('an image of a save', () => {
  const row = { Status: 'IMAGING', ...run, Saving: { ...saving, image: 'ami-2' } };
  const snapshots = [snapshot('completed')];
  test('is waited for, recorded when it is there, and fails the save when it failed', () => {
    expect(step(row, { images: [image('pending')], snapshots }).do).toBe('wait');
    expect(step(row, { images: [image('available')], snapshots })).toMatchObject({
      do: 'record',
      save: { generation: 2, image: 'ami-2', snapshots: ['snap-2'], run: 'r1', missing: [] },
      trash: [],
    });
    expect(step(row, { images: [image('failed', { reason: 'full' })], snapshots })).toMatchObject({
      do: 'fail',
      reason: 'The image ami-2 is failed: full',
    });
  });

  test('that the row does not know yet is found by its marks', () => {
    expect(step({ ...row, Saving: saving }, { images: [image('available')], snapshots })).toMatchObject({
      do: 'note-image',
      image: 'ami-2',
    });
  });

  test('throws away what other attempts left, and nothing of other saves', () => {
    const images = [image('available'), image('failed', { id: 'ami-1x', disks: [] })];
    const more = [
      ...snapshots,
      snapshot('completed', { id: 'snap-twice' }),
      snapshot('completed', { id: 'snap-other', tags: { ...ofSave, 'devbox:run': 'r0' } }),
    ];
    expect(step(row, { images, snapshots: more })).toMatchObject({
      trash: [
        { kind: 'image', id: 'ami-1x' },
        { kind: 'snapshot', id: 'snap-twice' },
      ],
    });
  });
});

describe('the end of a run', () => {
  const save = { generation: 2, image: 'ami-2', snapshots: ['snap-2'], run: 'r1' };
  const row = { Status: 'TERMINATING', ...run, Saves: [save] };
  const seen = {
    instances: [instance('terminated')],
    volumes: [loose, volume({ id: 'vol-taken-off', state: 'available', attachedTo: [] })],
    images: [image('available')],
    snapshots: [snapshot('completed')],
  };

  test('terminates the box, then throws away exactly the volumes that the save holds', () => {
    expect(step(row, { ...seen, instances: [instance('stopped')] }).do).toBe('terminate');
    expect(step(row, seen)).toEqual({ do: 'end', trash: [{ kind: 'volume', id: 'vol-1' }] });
  });

  test('after a discard throws away all volumes of the run', () => {
    expect(step({ ...row, Saves: [], Discarded: true }, { ...seen, images: [], snapshots: [] })).toEqual({
      do: 'end',
      trash: [
        { kind: 'volume', id: 'vol-1' },
        { kind: 'volume', id: 'vol-taken-off' },
      ],
    });
  });
});

describe('tidying up', () => {
  const saves = [1, 2, 3].map((generation) => ({
    generation,
    image: `ami-${generation}`,
    snapshots: [`snap-${generation}`],
    run: 'r0',
    bootedAt: '2026-01-01T00:00:00Z',
  }));
  const images = [1, 2, 3].map((n) =>
    image('available', { id: `ami-${n}`, disks: [{ device: '/dev/xvda', snapshot: `snap-${n}` }] }),
  );
  const ready = { Status: 'READY', Saves: saves, AMI: 'ami-3' };

  test('retires saves beyond what is kept', () => {
    expect(step(ready, { images })).toMatchObject({
      do: 'throw-away',
      saves: [{ generation: 2 }, { generation: 3 }],
      trash: [
        { kind: 'image', id: 'ami-1' },
        { kind: 'snapshot', id: 'snap-1' },
      ],
    });
  });

  test('retires none while too few newer ones are good, one is to be restored, or a save is under way', () => {
    expect(step(ready, { images: images.slice(0, 2) }).do).toBe('nothing');
    expect(step({ ...ready, RestoreAmi: 'ami-1' }, { images }).do).toBe('nothing');
    const busy = { ...ready, Status: 'SNAPSHOTTING', ...run, Saving: { ...saving, generation: 4 } };
    expect(step(busy, { images, instances: [instance('stopping')], volumes: [volume()] }).do).toBe('wait');
  });

  test('keeps the save before one that no box has booted', () => {
    const untried = saves.map((save) => (save.generation === 3 ? { ...save, bootedAt: null } : save));
    expect(step({ ...ready, Saves: untried.slice(1) }, { images }, { keepImages: 1 }).do).toBe('nothing');
    expect(step({ ...ready, Saves: saves.slice(1) }, { images }, { keepImages: 1 })).toMatchObject({
      do: 'throw-away',
      saves: [{ generation: 3 }],
    });
  });

  test('deletes nothing without the marks of this project in this deployment, and says so', () => {
    for (const tags of [
      {},
      { ...marks, Project: 'other' },
      { ...marks, 'devbox:deployment': 'other' },
      { ...marks, ManagedBy: 'terraform' },
    ]) {
      const Trash = [{ kind: 'volume', id: 'vol-1' }];
      expect(step({ Status: 'READY', Trash }, { volumes: [{ ...loose, tags }] })).toMatchObject({
        do: 'forget-trash',
        left: ['volume vol-1 is left: it does not carry the marks of the project'],
      });
    }
  });

  test('never deletes what the row needs, what lies under an image, or what is attached', () => {
    const trash = (kind: string, id: string) => ({ ...ready, Saves: saves.slice(1), Trash: [{ kind, id }] });
    expect(step(trash('image', 'ami-3'), { images })).toMatchObject({ do: 'forget-trash' });
    expect(
      step(trash('snapshot', 'snap-3'), { images, snapshots: [snapshot('completed', { id: 'snap-3' })] }),
    ).toMatchObject({ do: 'forget-trash', left: [expect.stringContaining('ami-3 needs it')] });
    const elsewhere = [instance('running', { id: 'i-1', tags: {} })];
    expect(
      step(trash('volume', 'vol-1'), { images, instances: elsewhere, volumes: [volume()] }),
    ).toMatchObject({ do: 'forget-trash', left: [expect.stringContaining('attached')] });
  });

  test('a stray that never ran is thrown away with its disks; one that ran is left', () => {
    const never = instance('running', { tags: { ...marks, 'devbox:run': 'r9' } });
    const seen = { instances: [never], volumes: [volume({ tags: { ...marks, 'devbox:run': 'r9' } })] };
    expect(step({ Status: 'READY' }, seen)).toMatchObject({
      do: 'throw-away',
      trash: [
        { kind: 'instance', id: 'i-1' },
        { kind: 'volume', id: 'vol-1' },
      ],
    });
    const second = instance('running', { id: 'i-2', tags: marks, disks: [] });
    const running = { Status: 'RUNNING', ...run };
    const both = { instances: [instance('running'), second], volumes: [volume()] };
    expect(step(running, both)).toMatchObject({
      do: 'throw-away',
      trash: [{ kind: 'instance', id: 'i-2' }],
    });
    const Trash = [{ kind: 'instance', id: 'i-1' }];
    expect(step({ ...running, Trash }, { ...both, instances: [instance('running')] })).toMatchObject({
      do: 'forget-trash',
      left: ['instance i-1 is left: it is in use'],
    });
    const ran = { ...never, tags: { ...never.tags, 'devbox:ran': 'yes' } };
    expect(step({ Status: 'READY' }, { ...seen, instances: [ran] }).do).toBe('nothing');
  });
});

test('what this version cannot read is left alone', () => {
  expect(step({ Status: 'DANCING', RunId: 'r1', Trash: [{ kind: 'volume', id: 'vol-1' }] }).do).toBe(
    'nothing',
  );
});
