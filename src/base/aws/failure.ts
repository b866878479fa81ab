import { type Detail, DevboxError, type Failure } from '../errors.ts';
import { redact } from '../redact.ts';
import { cleanLine } from '../text.ts';

/** What a call to AWS failed with, freed of control characters. */
export interface AwsFailure {
  /** AWS' own name of the error, such as `InvalidAMIID.NotFound`; the library's where no answer came. */
  readonly name: string;
  readonly message: string;
  /** The HTTP status; null where no answer came. */
  readonly status: number | null;
  /** By which AWS finds the request again. */
  readonly requestId: string | null;
}

/** Reads what AWS' library threw; null for an error that is none of its. */
export function awsFailureOf(error: unknown): AwsFailure | null {
  if (!(error instanceof Error) || error instanceof DevboxError) return null;
  const metadata: unknown = '$metadata' in error ? error.$metadata : undefined;
  const own = typeof metadata === 'object' && metadata !== null ? metadata : {};
  const code = 'code' in error && typeof error.code === 'string' ? error.code : null;
  return {
    name: cleanLine(error.name === 'Error' && code !== null ? code : error.name, 100),
    message: cleanLine(error.message, 500),
    status: 'httpStatusCode' in own && typeof own.httpStatusCode === 'number' ? own.httpStatusCode : null,
    requestId: 'requestId' in own && typeof own.requestId === 'string' ? cleanLine(own.requestId, 80) : null,
  };
}

interface Meaning {
  readonly kind: Failure;
  readonly hint: string;
}

/** What is the same for every service; who calls knows more about what its own call can end with. */
const meanings: readonly (readonly [RegExp, Meaning])[] = [
  [
    /^(ExpiredToken|ExpiredTokenException|RequestExpired|TokenRefreshRequired)$/,
    {
      kind: 'unauthorised',
      hint: 'The credentials have expired. Sign in again: aws sso login, or aws configure.',
    },
  ],
  [
    /^(CredentialsProviderError|TokenProviderError|CredentialsError)$/,
    {
      kind: 'unauthorised',
      hint: 'Sign in with aws configure or aws sso login, name a profile with api.profile=NAME, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.',
    },
  ],
  [
    /^(AuthFailure|UnrecognizedClientException|InvalidClientTokenId|SignatureDoesNotMatch|InvalidSignatureException|IncompleteSignature|MissingAuthenticationToken\w*)$/,
    {
      kind: 'unauthorised',
      hint: 'AWS does not accept these credentials. See which ones are used: aws sts get-caller-identity.',
    },
  ],
  [
    /^(UnauthorizedOperation|AccessDenied|AccessDeniedException|OptInRequired|NotAuthorized)$/,
    {
      kind: 'unauthorised',
      hint: 'Ask whoever runs the AWS account to permit this; docs/aws.md lists what devbox needs.',
    },
  ],
  [
    /^(Throttling\w*|RequestLimitExceeded|TooManyRequestsException|ProvisionedThroughputExceeded\w*|PriorRequestNotComplete)$/,
    { kind: 'failed', hint: 'AWS asks to slow down. Try again in a moment.' },
  ],
  [
    /^(InsufficientInstanceCapacity|InsufficientHostCapacity|InsufficientReservedInstanceCapacity|InsufficientCapacity)$/,
    {
      kind: 'no-capacity',
      hint: 'Try another instance type or region, or ask for more tries with max_retries=N.',
    },
  ],
  [
    /^(\w*LimitExceeded|MaxSpotInstanceCountExceeded|VcpuLimitExceeded|\w*QuotaExceeded\w*)$/,
    {
      kind: 'failed',
      hint: 'A quota of the AWS account is reached. Ask for more at Service Quotas in the AWS console, or end what is not needed: devbox list.',
    },
  ],
  [
    /^(TimeoutError|ETIMEDOUT|RequestTimeout\w*)$/,
    { kind: 'timed-out', hint: 'Try again, or allow more time with api.timeout=SECONDS.' },
  ],
  [
    /^(ENOTFOUND|EAI_AGAIN)$/,
    { kind: 'failed', hint: 'Check the network connection, and that api.region names a region of AWS.' },
  ],
  [
    /^(ECONNREFUSED|ECONNRESET|EPIPE|EHOSTUNREACH|ENETUNREACH)$/,
    { kind: 'failed', hint: 'Check the network connection and api.endpoint.' },
  ],
];

/** What the caller knows of its own call. */
export interface AwsCall {
  /** What was being done, as the beginning of a sentence: `Could not list the instances`. */
  readonly doing: string;
  /** Codes of errors begin with this: `aws` gives `aws/InvalidAMIID.NotFound`. */
  readonly family?: string;
  /** The group of settings that hints name; `api` where it is not said. */
  readonly settings?: string;
  readonly details?: readonly Detail[];
  /** Comes before what is the same for every service. */
  readonly means?: (failure: AwsFailure) => { readonly kind: Failure; readonly hint: string } | undefined;
  /** Values that must not be shown. */
  readonly secrets?: readonly string[];
}

/** The error card of a call to AWS; an error that is none of AWS' library comes back as it is. */
export function awsError(error: unknown, call: AwsCall): unknown {
  const failure = awsFailureOf(error);
  if (failure === null) return error;
  const meaning = call.means?.(failure) ?? meanings.find(([names]) => names.test(failure.name))?.[1];
  const { kind, hint }: Meaning = regionMissing(failure) ??
    meaning ?? { kind: 'failed', hint: 'Try again; --debug shows what was sent.' };
  const message = redact(failure.message, call.secrets ?? []);
  return new DevboxError(kind, `${call.doing}: ${message || failure.name}`, {
    title: 'AWS Error',
    code: `${call.family ?? 'aws'}/${failure.name}`,
    details: [
      ...(call.details ?? []),
      { label: 'Code', value: failure.name },
      ...(failure.requestId === null ? [] : [{ label: 'Request', value: failure.requestId }]),
    ],
    hint: hint.replace(/\bapi\.(?=[a-z])/g, `${call.settings ?? 'api'}.`),
    cause: error,
  });
}

function regionMissing({ name, message }: AwsFailure): Meaning | undefined {
  if (!/region is missing/i.test(message) && name !== 'RegionMissing') return undefined;
  return {
    kind: 'usage',
    hint: 'Say which region: api.region=us-east-1, or set AWS_REGION, or aws configure set region us-east-1.',
  };
}
