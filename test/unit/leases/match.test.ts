import { describe, expect, test } from '@jest/globals';
import type { Lease, LeaseFacts } from '../../../src/leases/lease.ts';
import { marksOf, readMarks } from '../../../src/leases/marks.ts';
import { type Marked, matchLease } from '../../../src/leases/match.ts';
import { parseLease } from '../../../src/leases/schema.ts';

const id = 'dbx_0123456789ab';

/** A lease as version 1 wrote it, with what later versions know of it. */
function lease(more: Partial<LeaseFacts> = {}): Lease {
  const time = '2026-11-27T10:00:00.000Z';
  const parsed = parseLease(
    JSON.stringify({
      version: 1,
      id,
      name: 'train',
      provider: 'lambda',
      api: 'default',
      account: 'fp1',
      region: null,
      type: null,
      owner: { user: 'ada', host: 'here', directory: '/' },
      createdAt: time,
      updatedAt: time,
      note: null,
      state: 'indeterminate',
      instanceId: null,
    }),
  );
  if ('problem' in parsed) throw new Error(parsed.problem);
  return { ...parsed, before: ['old'], ...more };
}

const box = (more: Partial<Marked> = {}): Marked => ({
  id: 'i-1',
  name: 'train',
  tags: {},
  sshKeys: [],
  hostname: null,
  phase: 'pending',
  ...more,
});

const other = { 'devbox-lease': 'dbx_ffffffffffff' };
const made = { made: true, name: 'devbox-x', publicKey: 'ssh-ed25519 AAAA' } as const;

test('a record of version 1 has no end, and its id is its mark', () => {
  expect(lease()).toMatchObject({ version: 2, slug: 'train-89ab', mark: id, expiresAt: null, sshKey: null });
});

describe('the box of a launch without an answer', () => {
  const rows: [string, Partial<LeaseFacts>, Marked[], unknown][] = [
    [
      'carries its tag',
      {},
      [box({ name: 'renamed', tags: { 'devbox-lease': id } })],
      { kind: 'bound', by: 'tag' },
    ],
    ['has its own key', { sshKey: made }, [box({ sshKeys: ['devbox-x'] })], { kind: 'bound', by: 'key' }],
    [
      'is not known by a key that others use too',
      { sshKey: { made: false, name: 'default' } },
      [box({ sshKeys: ['default'] })],
      { kind: 'offered' },
    ],
    ['has its host name', {}, [box({ hostname: 'dbx-0123456789ab' })], { kind: 'bound', by: 'hostname' }],
    [
      'is known by the tag before the host name',
      {},
      [box({ id: 'i-2', hostname: 'dbx-0123456789ab' }), box({ tags: { 'devbox-lease': id } })],
      { kind: 'bound', by: 'tag', box: { id: 'i-1' } },
    ],
    ['without a mark is only offered', {}, [box()], { kind: 'offered' }],
    ['without mark and name is only offered', {}, [box({ name: null })], { kind: 'offered' }],
    ['of another name is another one', {}, [box({ name: 'other' })], { kind: 'none' }],
    ['was not there before the launch', {}, [box({ id: 'old' })], { kind: 'none' }],
    ['does not carry another mark', {}, [box({ tags: other })], { kind: 'none' }],
    ['has not ended, unless it is marked', {}, [box({ phase: 'ended' })], { kind: 'none' }],
    ['is not chosen among several', {}, [box(), box({ id: 'i-2' })], { kind: 'several' }],
    [
      'is not chosen among several with its mark',
      {},
      [box({ tags: { 'devbox-lease': id } }), box({ id: 'i-2', tags: { 'devbox-lease': id } })],
      { kind: 'several' },
    ],
    ['may appear late', {}, [], { kind: 'none' }],
  ];
  test.each(rows)('%s', (_what, more, boxes, expected) => {
    expect(matchLease(lease(more), boxes, new Set())).toMatchObject(Object(expected));
  });

  test('is not one that another lease is on', () => {
    const boxes = [box({ tags: { 'devbox-lease': id } })];
    expect(matchLease(lease(), boxes, new Set(['i-1']))).toEqual({ kind: 'none' });
  });
});

describe('the set of tags', () => {
  const complete = marksOf(lease({ expiresAt: '2026-11-28T10:00:00.000Z' }));

  test('says whose a box is, and until when', () => {
    expect(readMarks(complete)).toEqual({
      lease: id,
      account: 'fp1',
      owner: 'ada@here',
      expiresAt: '2026-11-28T10:00:00.000Z',
    });
    expect(readMarks(marksOf(lease()))).toMatchObject({ expiresAt: null });
  });

  test.each(Object.keys(complete))('without %s says nothing', (key) => {
    const { [key]: _, ...rest } = complete;
    expect(readMarks(rest)).toBeNull();
  });

  test('with an end that is no time says nothing', () => {
    expect(readMarks({ ...complete, 'devbox-expires': 'soon' })).toBeNull();
  });
});
