import { EC2Client } from '@aws-sdk/client-ec2';
import { type AwsConnection, connectAws } from '../base/aws/connection.ts';
import { systemClock } from '../base/clock.ts';
import { openDns } from '../dns/open.ts';
import type { Acting } from '../lifecycle/act/act.ts';
import { awsWait } from '../lifecycle/deps.ts';
import { openProjects } from '../lifecycle/projects.ts';
import type { FunctionSettings } from './environment.ts';

/** The account that a function runs in, for as long as its process lives; clients keep their connections. */
export async function connect(env: Readonly<Record<string, string | undefined>>): Promise<AwsConnection> {
  return connectAws({ region: null, profile: null, endpoint: null, timeoutSeconds: 20, attempts: 5 }, env);
}

/** What the lifecycle needs of the account. */
export async function openActing(
  connection: AwsConnection,
  { tables, parameterPrefix, deployment, keepImages }: FunctionSettings,
  signal: AbortSignal,
): Promise<Acting> {
  const ec2 = new EC2Client(connection.settings);
  const dynamo = await connection.dynamo();
  return {
    deps: {
      ec2,
      dynamo,
      tables,
      deployment,
      dns: openDns({
        connection,
        dynamo,
        mainTable: tables.main,
        parameterPrefix,
        cloudflareUrl: null,
      }),
      clock: systemClock,
      random: Math.random,
      wait: awsWait,
      keepImages,
      // What was done is logged once, at the end.
      report: () => undefined,
      signal,
    },
    store: openProjects(dynamo, tables.main, systemClock, Math.random),
  };
}
