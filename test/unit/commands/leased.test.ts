import { expect, test } from '@jest/globals';
import { concerns } from '../../../src/commands/leased.ts';
import type { Lease, LeaseProgress } from '../../../src/leases/lease.ts';
import { parseLease } from '../../../src/leases/schema.ts';

const bound: LeaseProgress = { state: 'launched', instanceId: 'i-1' };
const open: LeaseProgress = { state: 'indeterminate', instanceId: null };

function lease(account: string, progress: LeaseProgress): Lease {
  const time = '2026-11-27T10:00:00.000Z';
  const parsed = parseLease(
    JSON.stringify({
      version: 1,
      id: 'dbx_0123456789ab',
      name: 'train',
      provider: 'gpulab',
      api: 'gpulab',
      account,
      region: null,
      type: null,
      owner: { user: 'ada', host: 'here', directory: '/' },
      createdAt: time,
      updatedAt: time,
      note: null,
      sshKey: null,
      ...progress,
    }),
  );
  if ('problem' in parsed) throw new Error(parsed.problem);
  return parsed;
}

test.each([
  ['of this account', 'server:key', bound, true],
  ['of another key', 'server:other', bound, false],
  ['of another key, of which nobody knows whether it is there', 'server:other', open, true],
  ['of another server', 'elsewhere:key', bound, false],
  ['of another server, of which nobody knows whether it is there', 'elsewhere:other', open, false],
  ['that does not say which server, of which nobody knows whether it is there', 'other', open, true],
])('a lease %s', (_what, account, progress, expected) => {
  expect(concerns(lease(account, progress), { name: 'gpulab', account: 'server:key' })).toBe(expected);
});
