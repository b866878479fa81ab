import { type AwsFailure, awsFailureOf } from '../../base/aws/failure.ts';

/** AWS' name of what it refused; null for an error that is none of AWS'. */
export function failureName(error: unknown): string | null {
  return awsFailureOf(error)?.name ?? null;
}

/** Whether a thing is not there, or no more. */
export function isNotFound(error: unknown): boolean {
  const name = failureName(error);
  return name !== null && /(NotFound|\.Unknown|Unavailable)$/.test(name) && name.startsWith('Invalid');
}

/** Whether a thing is in another state than it was a moment ago: who looks again knows better. */
export function isStale(error: unknown): boolean {
  const name = failureName(error);
  return (
    isNotFound(error) ||
    (name !== null &&
      /^(IncorrectInstanceState|IncorrectState|InvalidState|InvalidAMIName\.Duplicate|VolumeInUse|IncorrectVolumeState)$/.test(
        name,
      ))
  );
}

/** AWS' refusal that asking again at once does not change; null where it may be otherwise in a moment. */
export function refusalOf(error: unknown): AwsFailure | null {
  const failure = awsFailureOf(error);
  if (failure === null || failure.status === null || failure.status >= 500) return null;
  if (/Throttl|RequestLimitExceeded|TooManyRequests|ProvisionedThroughput|RequestTimeout/.test(failure.name))
    return null;
  if (/Token|Credential|Signature|AuthFailure|RequestExpired|UnrecognizedClient/.test(failure.name))
    return null;
  return failure;
}

/** Whether an error came from AWS or from the way there, and not from a mistake in devbox. */
export function isOfAws(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if ('$metadata' in error || '$response' in error) return true;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return (
    /^(E[A-Z_]+|ERR_(SOCKET|HTTP|STREAM|TLS)\w*)$/.test(code) ||
    /^(TimeoutError|CredentialsProviderError|TokenProviderError|AbortError)$/.test(error.name)
  );
}
