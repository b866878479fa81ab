import { afterAll, afterEach, beforeAll } from '@jest/globals';
import type { BinOptions, BinResult } from '../bin.ts';
import { whyNoMoto } from './moto.ts';
import { type StrictAws, startStrictAws, World } from './strict/index.ts';
import type { SeedOptions } from './strict/seed.ts';
import { type AwsUser, awsUser } from './strict/user.ts';

/** What every command of a test is told: loopback needs no patience, and nothing answers at the addresses of boxes. */
const settings = [
  'api=aws',
  'api.poll_interval=0.02',
  'api.appear_within=0.0',
  'api.timeout=20.0',
  'wait.poll_interval=0.02',
  'wait.ssh=false',
];

/** A user of projects on AWS, whose account is new in every test. */
export interface ProjectUser {
  readonly world: World;
  readonly user: AwsUser;
  devbox(argv: readonly string[], options?: BinOptions): Promise<BinResult>;
  /** Another user of the same account, with a home of their own. */
  another(): AwsUser;
  /** `launch ws` from Ubuntu with a type and a key. */
  launch(...more: readonly string[]): Promise<BinResult>;
}

/** Starts the strict AWS once for a file of tests. @returns what makes the user of one test. */
export function projectUsers(): (options?: SeedOptions) => Promise<ProjectUser> {
  let aws: StrictAws | undefined;
  let users: AwsUser[] = [];
  beforeAll(async () => {
    if (!whyNoMoto()) aws = await startStrictAws();
  });
  afterAll(() => aws?.close());
  afterEach(() => {
    const [first, ...others] = users;
    users = [];
    for (const { home } of others) home.remove();
    first?.end();
  });
  return async (options) => {
    if (aws === undefined) throw new Error('there is no emulator');
    const world = await World.make(aws, options);
    const another = (): AwsUser => {
      const made = awsUser(world, []);
      users.push(made);
      return { ...made, devbox: (argv, more) => made.devbox(withSettings(argv), more) };
    };
    const user = another();
    return {
      world,
      user,
      devbox: (argv, more) => user.devbox(argv, more),
      another,
      launch: (...more) => user.devbox(['launch', 'ws', ...firstLaunch(world), ...more]),
    };
  };
}

/** What a test says itself counts. */
function withSettings(argv: readonly string[]): string[] {
  const keyOf = (word: string): string => word.split('=', 1)[0] ?? '';
  const given = new Set(argv.map(keyOf));
  return [...argv, ...settings.filter((word) => !given.has(keyOf(word)))];
}

/** What a first launch says. */
export const firstLaunch = ({ images, deployment }: World): string[] => [
  'instance_type=t3.micro',
  `ssh_key_name=${deployment.keyPair}`,
  `base_ami=${images.ubuntu}`,
];
