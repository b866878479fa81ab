import { type AwsCall, type AwsFailure, awsError, awsFailureOf } from '../../base/aws/failure.ts';
import { shellLine } from '../../base/shell.ts';
import type { LeasesConfig } from '../settings.ts';
import { tableKeys } from './table.ts';

/** Sends a request. @throws DevboxError where it fails; what a condition did not hold for comes through as it is. */
export type Asked = <T>(doing: string, send: () => Promise<T>) => Promise<T>;

type Place = Pick<LeasesConfig, 'table' | 'region' | 'profile' | 'endpoint'>;

/** Turns what AWS' library throws into the cards of devbox. */
export function asking(place: Place): Asked {
  return async (doing, send) => {
    try {
      return await send();
    } catch (error) {
      if (awsFailureOf(error)?.name === 'ConditionalCheckFailedException') throw error;
      throw awsError(error, {
        doing,
        family: 'leases',
        settings: 'leases',
        details: [
          { label: 'Table', value: place.table },
          ...(place.region === null ? [] : [{ label: 'Region', value: place.region }]),
        ],
        means: (failure) => meaningOf(failure, place),
      });
    }
  };
}

function meaningOf({ name }: AwsFailure, place: Place): ReturnType<NonNullable<AwsCall['means']>> {
  switch (name) {
    case 'ResourceNotFoundException':
      return {
        kind: 'not-found',
        hint: `Where the table is another one, name it: leases.table=NAME, leases.region=REGION. Where there is none yet, make it once: ${createLine(place)} (or lease_table = true in infra/aws)`,
      };
    case 'ValidationException':
      return {
        kind: 'usage',
        hint: `The table is no table of leases: it needs the keys ${tableKeys.partition} and ${tableKeys.sort}, both texts. Name another one: leases.table=NAME`,
      };
    case 'AccessDeniedException':
      return {
        kind: 'unauthorised',
        hint: 'Ask whoever runs the AWS account for dynamodb:GetItem, PutItem, DeleteItem and Query on this table.',
      };
    case 'ProvisionedThroughputExceededException':
    case 'ThrottlingException':
    case 'RequestLimitExceeded':
      return { kind: 'failed', hint: 'The table is asked too much at once. Try again in a moment.' };
    default:
      return undefined;
  }
}

/** The line that makes the table. */
export function createLine({ table, region, profile, endpoint }: Place): string {
  const { partition, sort } = tableKeys;
  const option = (name: string, value: string | null): string[] => (value === null ? [] : [name, value]);
  return shellLine([
    ...['aws', 'dynamodb', 'create-table', '--table-name', table, '--billing-mode', 'PAY_PER_REQUEST'],
    ...['--attribute-definitions', ...[partition, sort].map((key) => `AttributeName=${key},AttributeType=S`)],
    ...['--key-schema', `AttributeName=${partition},KeyType=HASH`, `AttributeName=${sort},KeyType=RANGE`],
    ...option('--region', region),
    ...option('--profile', profile),
    ...option('--endpoint-url', endpoint),
  ]);
}
