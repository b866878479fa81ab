import { expect } from '@jest/globals';
import { firstLaunch, type ProjectUser, projectUsers } from '../../support/aws/project-user.ts';
import { scenario } from '../../support/aws/strict/scenario.ts';

const begin = projectUsers();

const isThorough = Boolean(process.env['DEVBOX_TEST_SWEEP']);

/** Not every change but some of them, in both halves of the journey; with DEVBOX_TEST_SWEEP all. */
const every = isThorough ? 1 : 5;

/** One command of the journey: whichever the project needs next; null at its end. */
async function nextCommand({ world }: ProjectUser): Promise<readonly string[] | null> {
  const row = await world.row('ws');
  const saves = row?.['Saves'];
  const isSaved = Array.isArray(saves) && saves.length > 0;
  if (row === undefined || row['Status'] === 'READY' || row['Status'] === 'LAUNCHING')
    return ['launch', 'ws', ...(isSaved ? [] : firstLaunch(world))];
  if (row['Status'] === 'RUNNING' && isSaved) return null;
  return ['terminate', 'ws'];
}

/** Launches, works, saves and launches again, from wherever the project is. @returns how often devbox was killed. */
async function journey(test: ProjectUser, setKill: (kill: () => void) => void): Promise<number> {
  let killed = 0;
  for (let step = 0; step < 12; step++) {
    const command = await nextCommand(test);
    if (command === null) return killed;
    const [box] = test.world.machines('ws');
    if (box?.state === 'running' && command[0] === 'terminate' && !test.world.read(box.id).includes('work'))
      test.world.write(box.id, 'work');
    const started = (send: (signal: NodeJS.Signals) => void) => setKill(() => send('SIGKILL'));
    const { code } = await test.devbox(command, { started });
    if (code !== null) continue;
    killed += 1;
    const { code: settled, stderr } = await test.devbox(['reconcile']);
    expect({ settled, stderr }).toMatchObject({ settled: 0 });
  }
  throw new Error('the journey does not end');
}

/** What there is at the end. */
async function endOf({ world, devbox }: ProjectUser) {
  expect(await devbox(['reconcile'])).toMatchObject({ code: 0 });
  const boxes = world.machines('ws');
  return {
    status: (await world.row('ws'))?.['Status'],
    boxes: boxes.map(({ state }) => state),
    disks: boxes.map(({ id }) => world.read(id).slice(1)),
    leftovers: await world.leftovers(),
    broken: world.invariants.broken,
  };
}

const wanted = { status: 'RUNNING', boxes: ['running'], disks: [['work']], leftovers: [], broken: [] };

scenario(
  82,
  'kill -9 after any change that a command makes, then reconcile',
  async () => {
    const calm = await begin();
    await journey(calm, () => undefined);
    const changes = calm.world.changes();
    expect(await endOf(calm)).toEqual(wanted);
    for (let first = 1; first <= changes.length; first += every) {
      const test = await begin();
      let kill: (() => void) | undefined;
      test.world.fault({ first, changing: true, fault: { kind: 'kill-after', kill: () => kill?.() } });
      const killed = await journey(test, (sends) => {
        kill = sends;
      });
      const end = await endOf(test);
      expect({ at: changes[first - 1], first, killed, ...end }).toEqual({
        at: changes[first - 1],
        first,
        killed: 1,
        ...wanted,
      });
    }
  },
  1_800_000,
);
