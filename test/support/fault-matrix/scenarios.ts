import { readFileSync, writeFileSync } from 'node:fs';
import type { LambdaUser } from '../lambda-user.ts';
import { leaseFiles } from './records.ts';

/** A command that is disturbed, and what there is before it. */
export interface Scenario {
  /** What the tables call it. */
  readonly name: string;
  /** Calls before the first of this kind are those of another scenario, and are left alone. */
  readonly from?: string;
  /** Its durable writes are those of another scenario. */
  readonly sameWrites?: boolean;
  /** Launches refused for lack of capacity before one is accepted. */
  readonly capacityRefusals?: number;
  readonly argv: readonly string[];
  /** How it ends where nothing disturbs it. Default `0`. */
  readonly end?: string;
  /** What successive looks at a box find. */
  readonly statuses: readonly string[];
  /** Its box is gone even where the key of it could not be deleted, which it says. */
  readonly mayLeaveKey?: boolean;
  /** Brings the account and the home to where the command begins. */
  prepare(user: LambdaUser): Promise<void>;
}

const launch = 'POST /instance-operations/launch';

/** Settings for whole runs in milliseconds; the wait is long enough for a busy machine. */
const quick = ['wait.poll_interval=0.02', 'wait.timeout=1.5', 'max_retries=2', 'initial_backoff=0.01'];

const plainUp = (name: string): string[] => [
  'up',
  'region=us-east-3',
  'instance_type=gpu_1x_gh200',
  `instance_name=${name}`,
];

async function done(user: LambdaUser, argv: readonly string[], exit = 0): Promise<void> {
  const { code, stderr } = await user.devbox(argv);
  if (code !== exit) throw new Error(`${argv.join(' ')} ended with ${code}: ${stderr}`);
}

/** Changes the record of the lease on a box of this name, as time or another hand does. */
function rewrite(user: LambdaUser, name: string, change: Readonly<Record<string, string>>): void {
  for (const file of leaseFiles(user.home.path)) {
    const lease = JSON.parse(readFileSync(file, 'utf8'));
    if (lease.name === name) writeFileSync(file, JSON.stringify({ ...lease, ...change }));
  }
}

const longAgo = '2020-01-01T00:00:00.000Z';

export const scenarios: readonly Scenario[] = [
  {
    name: 'up',
    argv: [
      ...plainUp('box'),
      'filesystem_mounts={devbox: null}',
      'firewall_rulesets=web',
      'wait_after_launch=true',
      ...quick,
    ],
    statuses: ['booting', 'active'],
    prepare: async () => undefined,
  },
  {
    name: 'up-that-waits-for-capacity',
    from: launch,
    argv: [...plainUp('box'), ...quick],
    sameWrites: true,
    capacityRefusals: 1,
    statuses: ['booting', 'active'],
    prepare: async () => undefined,
  },
  {
    name: 'up-that-gives-up',
    from: 'POST /instance-operations/terminate',
    argv: [...plainUp('box'), 'wait_after_launch=true', 'on_failure=terminate', ...quick],
    end: '1 `wait/failed`',
    mayLeaveKey: true,
    statuses: ['booting', 'unhealthy'],
    prepare: async () => undefined,
  },
  {
    name: 'wait',
    argv: ['wait', 'box', ...quick.slice(0, 2)],
    statuses: ['booting', 'booting', 'booting', 'active'],
    prepare: (user) => done(user, plainUp('box')),
  },
  {
    name: 'down',
    argv: ['down', 'box'],
    mayLeaveKey: true,
    statuses: ['active'],
    prepare: (user) => done(user, [...plainUp('box'), 'wait_after_launch=true']),
  },
  {
    name: 'cleanup',
    argv: ['cleanup'],
    statuses: ['active'],
    async prepare(user) {
      await done(user, plainUp('over'));
      rewrite(user, 'over', { expiresAt: longAgo });
      await done(user, [...plainUp('gone'), 'ssh_key_name=default']);
      const gone = user.fake.instances.find(({ name }) => name === 'gone');
      if (gone) gone.endLooks = 2;
      rewrite(user, 'gone', { updatedAt: longAgo });
      user.fake.fault({ on: launch, fault: { kind: 'drop-after' } });
      await done(user, plainUp('lost'), 7);
      user.fake.fault({ on: launch, fault: { kind: 'drop-before' } });
      await done(user, plainUp('never'), 7);
      rewrite(user, 'never', { updatedAt: longAgo });
    },
  },
];
