import { describe, expect, test } from '@jest/globals';
import { usedAsSaid } from '../../../src/commands/cleanup/in-use.ts';
import { verdictOnOrphan } from '../../../src/commands/cleanup/plan.ts';
import { drawLeaseId, type Lease, type LeaseFacts, notAgreed } from '../../../src/leases/lease.ts';
import { marksOf, readMarks } from '../../../src/leases/marks.ts';
import { type Evidence, verdictOn, verdictOnOpen } from '../../../src/leases/verdict.ts';

const now = Date.parse('2026-11-27T12:00:00.000Z');
const at = (minutes: number): string => new Date(now + minutes * 60_000).toISOString();

function lease(more: Partial<LeaseFacts> = {}): Lease {
  const id = drawLeaseId(() => 0);
  return {
    ...notAgreed,
    version: 2,
    id,
    slug: 'box-0000',
    name: 'box',
    provider: 'lambda',
    api: 'default',
    account: 'fp1',
    region: null,
    type: null,
    owner: { user: 'ada', host: 'here', directory: '/' },
    createdAt: at(-600),
    updatedAt: at(-600),
    mark: id,
    expiresAt: at(60),
    ...more,
    state: 'ready',
    instanceId: 'i-1',
  };
}

const there = { id: 'i-1', phase: 'ready' };

describe('a lease on a box', () => {
  const rows: [string, Partial<LeaseFacts>, Partial<Evidence>, string][] = [
    ['is kept while its time is not over', {}, {}, 'keep'],
    ['is kept where it has no end', { expiresAt: null }, {}, 'keep'],
    ['ends when its time is over', { expiresAt: at(0) }, {}, 'end'],
    ['is closed when its box is gone', {}, { box: null }, 'close'],
    ['is kept while its box may still appear', { expiresAt: at(-1) }, { box: null, mayAppear: true }, 'keep'],
    [
      'is closed when its box is ending',
      { expiresAt: at(-1) },
      { box: { id: 'i-1', phase: 'ending' } },
      'close',
    ],
    ['is kept while it is in use', { idleTimeoutSeconds: 60, idleSince: at(-60) }, { inUse: true }, 'keep'],
    ['is kept at the first look that finds it unused', { idleTimeoutSeconds: 60 }, { inUse: false }, 'keep'],
    [
      'is kept while it was not unused for long',
      { idleTimeoutSeconds: 3600, idleSince: at(-59) },
      { inUse: false },
      'keep',
    ],
    [
      'ends when it was unused for long',
      { idleTimeoutSeconds: 3600, idleSince: at(-60) },
      { inUse: false },
      'end',
    ],
    [
      'is kept where its use cannot be told',
      { idleTimeoutSeconds: 60, idleSince: at(-60) },
      { inUse: null },
      'keep',
    ],
    ['is kept unused where that was not agreed on', { idleSince: at(-60) }, { inUse: false }, 'keep'],
  ];
  test.each(rows)('%s', (_what, more, evidence, act) => {
    const found = { box: there, mayAppear: false, inUse: null, now, ...evidence };
    expect(verdictOn(lease(more), found).act).toBe(act);
  });
});

test('a launch without an answer is closed only where no box of it can appear any more', () => {
  expect(verdictOnOpen({ kind: 'none' }, true).act).toBe('keep');
  expect(verdictOnOpen({ kind: 'none' }, false).act).toBe('close');
});

describe('a box whose tags alone call it devbox’s', () => {
  const over = marksOf(lease({ expiresAt: at(-1) }));
  const rows: [string, Readonly<Record<string, string>>, boolean, string][] = [
    ['ends past its end, where that is allowed', over, true, 'end'],
    ['is shown where it is not', over, false, 'ask'],
    ['is kept before its end', marksOf(lease()), true, 'keep'],
    ['is shown where it has no end', marksOf(lease({ expiresAt: null })), true, 'ask'],
    [
      'is shown where it is of another account',
      marksOf(lease({ account: 'fp2', expiresAt: at(-1) })),
      true,
      'ask',
    ],
    ['is shown where a tag is missing', { ...over, 'devbox-managed-by': 'somebody' }, true, 'ask'],
  ];
  test.each(rows)('%s', (_what, tags, orphans, act) => {
    expect(verdictOnOrphan({ id: 'i-1' }, readMarks(tags), { account: 'fp1' }, orphans, now).act).toBe(act);
  });
});

describe('what a box says of its use', () => {
  test.each([
    ['nothing to do', 'logins 0\nload 0.01 8\n', false],
    ['somebody is logged in', 'logins 1\nload 0.00 8\n', true],
    ['a GPU works', 'logins 0\ngpu 0\ngpu 93\nload 0.00 8\n', true],
    ['GPUs that rest', 'logins 0\ngpu 0\ngpu 1\nload 0.00 8\n', false],
    ['a GPU that says nothing', 'logins 0\ngpu [N/A]\nload 0.00 8\n', true],
    ['its cores work', 'logins 0\nload 4.00 8\n', true],
    ['half an answer', 'logins 0\n', null],
    ['no answer', '', null],
  ])('%s', (_what, text, used) => {
    expect(usedAsSaid(text)).toBe(used);
  });
});
