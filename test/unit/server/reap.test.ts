import { expect, test } from '@jest/globals';
import { closeOver } from '../../../src/server/engine/process/reap.ts';

const info = (pid: number, parent: number, session = pid) => ({
  pid,
  parent,
  group: pid,
  session,
  startTime: '1',
});

test('the processes of a box are those chosen, what descends from them and the sessions they lead', () => {
  const all = [
    info(1, 0),
    info(10, 1), // chosen
    info(11, 10, 10), // its child
    info(12, 11, 10), // its grandchild
    info(13, 1, 10), // an orphan in its session
    info(14, 13), // what the orphan started, in a session of its own
    info(20, 1), // somebody else
    info(21, 20, 20),
  ];
  const pids = closeOver(all, ({ pid }) => pid === 10).map(({ pid }) => pid);
  expect(pids.sort()).toEqual([10, 11, 12, 13, 14]);
  expect(closeOver(all, () => false)).toEqual([]);
});
