import { join } from 'node:path';
import { CreateVolumeCommand } from '@aws-sdk/client-ec2';
import { expect } from '@jest/globals';
import { firstLaunch, projectUsers } from '../../support/aws/project-user.ts';
import { scenario } from '../../support/aws/strict/scenario.ts';
import type { World } from '../../support/aws/strict/world.ts';
import { projectRoot } from '../../support/bin.ts';
import { openTerminal } from '../../support/terminal.ts';

const begin = projectUsers();

const newest = async (world: World, project = 'ws'): Promise<string> =>
  String((await world.row(project))?.['AMI']);

scenario(106, 'a shared image that a row names without our marks survives the project', async () => {
  const { world, devbox } = await begin();
  const golden = world.addImage({ name: 'golden', owner: 'self' });
  await devbox(['new', 'ws', `base_ami=${golden.id}`]);
  expect(await devbox(['delete-project', 'ws', 'force=true'])).toMatchObject({ code: 0 });
  expect(await world.row('ws')).toBeUndefined();
  expect(world.image(golden.id)).toMatchObject({ state: 'available' });
  expect(world.calls.of('ec2:DeregisterImage')).toEqual([]);
});

scenario(107, 'an image that is gone already is no obstacle, and what was under it goes', async () => {
  const { world, launch, devbox } = await begin();
  await launch();
  await devbox(['terminate', 'ws']);
  const image = world.image(await newest(world));
  if (image) image.state = 'deregistered';
  expect(await devbox(['delete-project', 'ws', 'force=true'])).toMatchObject({ code: 0 });
  expect(await world.row('ws')).toBeUndefined();
  expect([...world.cloud.snapshots.values()].filter(({ tags }) => tags.get('Project') === 'ws')).toEqual([]);
  world.invariants.broken.length = 0;
});

scenario(
  109,
  'through the bin: what runs or stopped is not deleted, and the way forward is said',
  async () => {
    const { launch, devbox } = await begin();
    await launch();
    const running = await devbox(['delete-project', 'ws', 'force=true']);
    expect(running).toMatchObject({ code: 1, stderr: expect.stringContaining('devbox terminate ws') });
    await devbox(['stop', 'ws']);
    expect(await devbox(['delete-project', 'ws', 'force=true'])).toMatchObject({ code: 1 });
  },
);

scenario(110, 'no terminal, a no, and no answer at all: nothing is deleted', async () => {
  const { world, user, launch, devbox } = await begin();
  await launch();
  await devbox(['terminate', 'ws']);
  const before = await world.row('ws');
  expect(await devbox(['delete-project', 'ws'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('force=true'),
  });
  for (const answer of ['n\r', '\u0004']) {
    const argv = [process.execPath, join(projectRoot, 'dist', 'main.js'), 'delete-project', 'ws'] as const;
    const terminal = openTerminal(argv, {
      columns: 80,
      cwd: user.home.path,
      env: { PATH: process.env['PATH'] ?? '', HOME: user.home.path, TERM: 'xterm', ...world.env },
    });
    await terminal.until(() => terminal.output().includes('Delete the project ws'));
    terminal.type(answer);
    expect(await terminal.exited).toBe(1);
  }
  expect(await world.row('ws')).toEqual(before);
});

scenario(
  112,
  'a new project is ready without a save, is made once, and is launched without a base image',
  async () => {
    const { world, devbox } = await begin();
    const gone = await devbox(['new', 'ws', 'base_ami=ami-0123456789abcdef0']);
    expect(gone).toMatchObject({ code: 4 });
    expect(await devbox(['new', 'ws', 'base_ami=nonsense'])).toMatchObject({ code: 2 });
    expect(await world.row('ws')).toBeUndefined();
    expect(await devbox(['new', 'ws', 'base_ami=ubuntu-24.04', 'instance_type=t3.micro'])).toMatchObject({
      code: 0,
    });
    expect(await world.row('ws')).toMatchObject({ Status: 'READY', BaseAmi: world.images.ubuntu });
    const again = await devbox(['new', 'ws', 'base_ami=ubuntu-24.04']);
    expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining('exists already') });
    expect(await devbox(['launch', 'ws'])).toMatchObject({ code: 0 });
  },
);

scenario(
  113,
  'status shows every project as it stands, what is left over, and what is somebody else’s',
  async () => {
    const { world, launch, devbox } = await begin();
    await launch();
    await devbox(['launch', 'resting', ...firstLaunch(world)]);
    await devbox(['stop', 'resting']);
    await devbox(['launch', 'saved', ...firstLaunch(world)]);
    await devbox(['terminate', 'saved']);
    const states = { SNAPSHOTTING: 'saving', IMAGING: 'saving', ERROR: 'lost', LAUNCHING: 'launching' };
    for (const Status of Object.keys(states)) {
      await world.putRow({
        project: `p-${Status.toLowerCase()}`,
        Status,
        SchemaVersion: 2,
        Revision: 1,
        RunId: 'r000000000000',
        Saves: [],
        Generation: 0,
        ...(Status === 'SNAPSHOTTING' || Status === 'IMAGING'
          ? {
              Saving: {
                generation: 1,
                attempt: 1,
                keeps: false,
                image: null,
                startedAt: '2026-01-01T00:00:00Z',
                askedAt: null,
              },
            }
          : {}),
      });
    }
    const theirs = await world.somebody().ec2.send(
      new CreateVolumeCommand({
        AvailabilityZone: world.deployment.zones[0],
        Size: 5,
        TagSpecifications: [{ ResourceType: 'volume', Tags: [{ Key: 'Project', Value: 'ws' }] }],
      }),
    );
    const orphan = await world.somebody().ec2.send(
      new CreateVolumeCommand({
        AvailabilityZone: world.deployment.zones[0],
        Size: 5,
        TagSpecifications: [
          {
            ResourceType: 'volume',
            Tags: Object.entries({
              Project: 'saved',
              ManagedBy: 'devbox-cli',
              'devbox:deployment': 'devbox',
            }).map(([Key, Value]) => ({ Key, Value })),
          },
        ],
      }),
    );
    const { code, stdout } = await devbox(['status']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ws +running +i-/m);
    expect(stdout).toMatch(/^resting +running +i-[\s\S]*stopp/m);
    expect(stdout).toMatch(/^saved +ready .*1, newest 1/m);
    for (const [word, shown] of Object.entries(states)) {
      expect(stdout).toMatch(new RegExp(`^p-${word.toLowerCase()} +${shown}`, 'm'));
    }
    expect(stdout).toMatch(new RegExp(`Left Over[\\s\\S]*volume +${orphan.VolumeId} +saved`));
    expect(stdout).toMatch(new RegExp(`Not Of This Deployment[\\s\\S]*${theirs.VolumeId}`));
    const one = JSON.parse((await devbox(['status', 'saved', '--json'])).stdout);
    expect(one).toMatchObject({
      name: 'saved',
      status: 'ready',
      saves: [{ generation: 1, boots_next: true }],
    });
    expect(await devbox(['status', 'nobody'])).toMatchObject({ code: 4 });
    world.invariants.broken.length = 0;
  },
);

scenario(114, 'an account without projects is a success that says so', async () => {
  const { devbox } = await begin();
  const { code, stdout } = await devbox(['status']);
  expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining('No projects') });
});

scenario(115, 'words of AWS are shown as they are', async () => {
  const { world, devbox } = await begin();
  const message = 'You are not [red]authorized[/red] to {bold} this [0m operation.';
  world.fault({
    on: 'ec2:DescribeInstances',
    fault: { kind: 'refuse', code: 'UnauthorizedOperation', message },
  });
  const { code, stderr } = await devbox(['ls']);
  expect({ code, stderr }).toMatchObject({ code: 3, stderr: expect.stringContaining(message) });
});

scenario(116, 'reconcile says what it did, and has nothing to do the second time', async () => {
  const { world, launch, devbox } = await begin();
  await launch();
  const [box] = world.machines('ws');
  world.write(box?.id ?? '', 'work');
  world.fault({
    on: 'ec2:CreateImage',
    fault: { kind: 'refuse', code: 'InternalError', status: 500 },
    times: 30,
  });
  await devbox(['terminate', 'ws', 'api.timeout=5.0']);
  world.faults.clear();
  for (let round = 0; round < 20 && (await world.row('ws'))?.['Status'] !== 'READY'; round++) {
    expect(await devbox(['reconcile'])).toMatchObject({ code: 0 });
  }
  expect(world.readImage(await newest(world))).toContain('work');
  const changes = world.changes().length;
  const again = await devbox(['reconcile', '--json']);
  expect(again.code).toBe(0);
  expect(world.changes()).toHaveLength(changes);
});
