import { createHash } from 'node:crypto';
import { EC2Client } from '@aws-sdk/client-ec2';
import type { SSMClient } from '@aws-sdk/client-ssm';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { type AwsConnection, connectAws } from '../../base/aws/connection.ts';
import { type AwsCall, awsError } from '../../base/aws/failure.ts';
import { tracedClient } from '../../base/aws/trace.ts';
import type { Clock } from '../../base/clock.ts';
import type { Context } from '../../base/context.ts';
import { DevboxError } from '../../base/errors.ts';
import type { Emit } from '../../ui/events.ts';
import type { AwsApi } from './schema.ts';

/** An account of AWS in one region, as the parts of the provider use it. */
export interface AwsAccount {
  readonly api: AwsApi;
  readonly region: string;
  readonly clock: Clock;
  /** Which account and place this is, as `Provider.account` says it. */
  readonly fingerprint: string;
  readonly connection: AwsConnection;
  readonly ec2: EC2Client;
  /** The same, which sends each request once: whoever launches judges himself what can be sent again. */
  readonly launching: EC2Client;
  ssm(): Promise<SSMClient>;
  dynamo(): Promise<DynamoDBDocumentClient>;
  /** Asks for something that changes nothing; Ctrl-C ends it. @throws DevboxError */
  read<T>(call: Asking, send: (options: { abortSignal: AbortSignal }) => Promise<T>): Promise<T>;
  /** Asks for a change; its answer is waited for even after Ctrl-C. @throws DevboxError */
  change<T>(call: Asking, send: () => Promise<T>): Promise<T>;
  /** The same for who judges errors of AWS' library himself. @param what for the user. */
  attempt<T>(what: string, send: () => Promise<T>): Promise<T>;
  /** The same account under another signal than Ctrl-C's: for tidying up after it. */
  under(signal: AbortSignal): AwsAccount;
}

/** What is being done, as the beginning of a sentence (`Could not list the instances`), and what its errors mean. */
export type Asking = Pick<AwsCall, 'doing' | 'means' | 'details'>;

/** How often a request is made at most: AWS' library repeats what failed on the way. */
const attempts = 3;

/**
 * Finds out which account the credentials belong to, with one request.
 * @throws DevboxError of kind `unauthorised` where there are no credentials, `usage` where no region is known.
 */
export async function openAccount(api: AwsApi, context: Context, emit: Emit): Promise<AwsAccount> {
  const connection = await connectAws(
    {
      region: api.region || null,
      profile: api.profile || null,
      endpoint: api.endpoint || null,
      timeoutSeconds: api.timeout,
      attempts,
    },
    context.env,
  );
  const { settings } = connection;
  const wrap = tracedClient(context);
  const ec2 = wrap(new EC2Client(settings));
  const sts = wrap(new STSClient(settings));
  const read = reader(context.signal);
  const region = checkedRegion(
    await Promise.resolve(ec2.config.region()).catch((cause: unknown) => {
      throw noRegion(cause);
    }),
  );
  const profile = api.profile || context.env['AWS_PROFILE'] || null;
  const identity = await read(
    { doing: 'Could not find out whose account it is', ...of(profile) },
    (options) => sts.send(new GetCallerIdentityCommand({}), options),
  );
  const place = [region, api.endpoint || context.env['AWS_ENDPOINT_URL'] || ''].join(' ');
  const fixed = {
    api,
    region,
    clock: context.clock,
    // Another region has other instances, as another server has.
    fingerprint: `${digest(place)}:${digest(identity.Account ?? '')}`,
    connection,
    ec2,
    launching: wrap(new EC2Client({ ...settings, maxAttempts: 1 })),
    ssm: async () => wrap(new (await import('@aws-sdk/client-ssm')).SSMClient(settings)),
    dynamo: async () => wrap(await connection.dynamo()),
  };
  const under = (signal: AbortSignal): AwsAccount => {
    const attempt = attempter({ signal, unanswered: context.unanswered }, emit);
    return {
      ...fixed,
      read: reader(signal),
      change: (call, send) =>
        attempt(call.doing, send).catch((error: unknown) => {
          throw awsError(error, call);
        }),
      attempt,
      under,
    };
  };
  return under(context.signal);
}

/** Where a profile is named, it is what has to be looked at. */
function of(profile: string | null): Pick<Asking, 'details' | 'means'> {
  if (profile === null) return {};
  return {
    details: [{ label: 'Profile', value: profile }],
    means: ({ name }) =>
      /^(CredentialsProviderError|TokenProviderError|CredentialsError)$/.test(name)
        ? {
            kind: 'unauthorised',
            hint: `See what the profile is: aws configure list --profile ${profile}. Sign in: aws sso login --profile ${profile}. Others: aws configure list-profiles`,
          }
        : undefined,
  };
}

function noRegion(cause: unknown): DevboxError {
  return new DevboxError('usage', 'no region of AWS is set', {
    code: 'aws/region',
    title: 'Configuration Error',
    details: [{ label: 'Setting', value: 'api.region' }],
    hint: 'Say which: api.region=us-east-1, or set AWS_REGION, or aws configure set region us-east-1.',
    cause,
  });
}

const digest = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 12);

function reader(signal: AbortSignal): AwsAccount['read'] {
  return async (call, send) => {
    signal.throwIfAborted();
    try {
      return await send({ abortSignal: signal });
    } catch (error) {
      throw signal.aborted ? signal.reason : awsError(error, call);
    }
  };
}

function attempter(
  { signal, unanswered }: Pick<Context, 'signal' | 'unanswered'>,
  emit: Emit,
): AwsAccount['attempt'] {
  return async (what, send) => {
    signal.throwIfAborted();
    const sent = { what };
    const patience = (): void => emit({ type: 'notice', level: 'warning', message: waiting });
    unanswered.add(sent);
    signal.addEventListener('abort', patience, { once: true });
    try {
      return await send();
    } finally {
      signal.removeEventListener('abort', patience);
      unanswered.delete(sent);
    }
  };
}

/** Without it, Ctrl-C seems to do nothing for a while. */
const waiting = 'Waiting for the answer to what was sent; Ctrl-C again ends at once';

/** A region becomes a part of addresses to which signed requests go. */
function checkedRegion(region: string): string {
  if (/^[a-z0-9]+(-[a-z0-9]+)+$/.test(region)) return region;
  throw new DevboxError('usage', `${JSON.stringify(region)} is no region of AWS`, {
    code: 'aws/region',
    title: 'Configuration Error',
    details: [{ label: 'Setting', value: 'api.region' }],
    hint: 'Regions are written like us-east-1: api.region=us-east-1',
  });
}
