import type { EC2Client } from '@aws-sdk/client-ec2';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Clock } from '../base/clock.ts';
import type { DnsPort } from '../dns/port.ts';
import type { ProjectName, RunId } from './names.ts';

/** What the user (or a log) is told of on the way. */
export interface LifecycleProgress {
  readonly project: ProjectName;
  readonly run: RunId | null;
  /** What is done or waited for, as a line: `Saving the disk: image ami-0aaa is pending`. */
  readonly text: string;
  /** Whether it only waits. */
  readonly waiting: boolean;
}

/** How long things may take, in milliseconds; tests give small ones. */
export interface LifecycleWait {
  /** Between two looks. */
  readonly poll: number;
  /** For a whole save; a big disk takes an hour and more. */
  readonly longest: number;
  /** For what is only tidied up after a save. */
  readonly tidy: number;
  /** After which a launch without a box has come to nothing. */
  readonly launch: number;
  /** For which EC2 may not show a box that it has just made. */
  readonly settle: number;
  /** For which whoever has asked for snapshots or an image is left alone with them. */
  readonly claim: number;
}

/** Intervals for AWS itself. */
export const awsWait: LifecycleWait = {
  poll: 10_000,
  longest: 4 * 3_600_000,
  tidy: 5 * 60_000,
  launch: 15 * 60_000,
  settle: 5 * 60_000,
  claim: 60_000,
};

/** What the lifecycle needs of the world. */
export interface LifecycleDeps {
  readonly ec2: EC2Client;
  readonly dynamo: DynamoDBDocumentClient;
  readonly tables: { readonly main: string; readonly meta: string };
  /** Value of the tag `devbox:deployment`: see `deploymentOf`. */
  readonly deployment: string;
  /** Null where no DNS is set up. */
  readonly dns: DnsPort | null;
  readonly clock: Clock;
  /** A number from 0 up to but not including 1. */
  readonly random: () => number;
  readonly wait: LifecycleWait;
  /** How many saves a project keeps, at least 1. */
  readonly keepImages: number;
  readonly report: (progress: LifecycleProgress) => void;
  readonly signal?: AbortSignal;
}
