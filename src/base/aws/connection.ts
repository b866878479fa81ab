import type { fromEnv, fromNodeProviderChain } from '@aws-sdk/credential-providers';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

/** Where AWS is asked, and as whom. What is null is left to the environment and the files of the AWS CLI. */
export interface AwsSettings {
  readonly region: string | null;
  readonly profile: string | null;
  /** One address for every service, such as an emulator's. */
  readonly endpoint: string | null;
  /** Longest time for one request, in seconds. */
  readonly timeoutSeconds: number;
  /** How often one request is made at most, the first time counted; AWS' own client decides what can be repeated. */
  readonly attempts: number;
}

/** What each client is made with. */
export interface ClientSettings {
  readonly region?: string;
  readonly endpoint?: string;
  readonly profile?: string;
  readonly credentials: ReturnType<typeof fromNodeProviderChain | typeof fromEnv>;
  readonly maxAttempts: number;
  readonly requestHandler: {
    readonly connectionTimeout: number;
    readonly requestTimeout: number;
    /** Without it the library only writes a warning. */
    readonly throwOnRequestTimeout: true;
  };
}

/** How the clients of AWS' own library are made: region, profile and credentials are found as the AWS CLI finds them. */
export interface AwsConnection {
  readonly settings: ClientSettings;
  /** The database, whose values arrive as plain ones; what is undefined is left out of what is written. */
  dynamo(): Promise<DynamoDBDocumentClient>;
}

/** The library would write to the terminal what it thinks of where credentials come from. */
const silent = { trace() {}, debug() {}, info() {}, warn() {}, error() {} };

/**
 * Makes no request; credentials are looked up when the first one is made.
 * The library reads the environment of the process itself, and knows only AWS_REGION: AWS_DEFAULT_REGION, which the AWS
 * CLI takes, is added here.
 */
export async function connectAws(
  { region, profile, endpoint, timeoutSeconds, attempts }: AwsSettings,
  env: Readonly<Record<string, string | undefined>>,
): Promise<AwsConnection> {
  const { fromEnv, fromNodeProviderChain: findCredentials } = await import('@aws-sdk/credential-providers');
  const chosenRegion = region ?? (env['AWS_REGION'] || env['AWS_DEFAULT_REGION'] || null);
  const settings: ClientSettings = {
    ...(chosenRegion === null ? {} : { region: chosenRegion }),
    ...(endpoint === null ? {} : { endpoint }),
    ...(profile === null ? {} : { profile }),
    // As with the AWS CLI, keys in the environment come before AWS_PROFILE, and a profile that is named comes before both.
    credentials:
      profile === null && env['AWS_ACCESS_KEY_ID'] && env['AWS_SECRET_ACCESS_KEY']
        ? fromEnv()
        : findCredentials({ ...(profile === null ? {} : { profile }), logger: silent }),
    maxAttempts: attempts,
    requestHandler: {
      connectionTimeout: timeoutSeconds * 1000,
      requestTimeout: timeoutSeconds * 1000,
      throwOnRequestTimeout: true,
    },
  };
  return {
    settings,
    dynamo: async () => {
      const [{ DynamoDBClient }, { DynamoDBDocumentClient: Documents }] = await Promise.all([
        import('@aws-sdk/client-dynamodb'),
        import('@aws-sdk/lib-dynamodb'),
      ]);
      return Documents.from(new DynamoDBClient(settings), {
        marshallOptions: { removeUndefinedValues: true },
      });
    },
  };
}
