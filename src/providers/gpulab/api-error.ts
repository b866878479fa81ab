import { type Detail, DevboxError, type DevboxErrorOptions, type Failure } from '../../base/errors.ts';
import type { HttpAnswer } from '../../base/http.ts';
import { redact } from '../../base/redact.ts';
import { cleanLine } from '../../base/text.ts';
import type { ApiRequest, RequesterOptions } from './request.ts';

/** The server answered with an error. */
export class ApiError extends DevboxError {
  readonly status: number;

  constructor(status: number, message: string, options: DevboxErrorOptions) {
    super(options.code === noCapacity ? 'no-capacity' : (kinds[status] ?? 'failed'), message, options);
    this.status = status;
  }
}

/** Of an error that says that all GPUs of the kind are taken; servers of ours only. */
export const noCapacity = 'gpulab/no-capacity';

const kinds: Readonly<Record<number, Failure>> = {
  401: 'unauthorised',
  403: 'unauthorised',
  404: 'not-found',
};

type Known = Pick<RequesterOptions, 'secrets' | 'server' | 'baseUrl' | 'keyHint'>;

/** The error of an answer whose status is 300 or above. */
export function answerError(known: Known, request: ApiRequest, answer: HttpAnswer): ApiError {
  const { status } = answer;
  const details = [
    { label: 'Server', value: known.server },
    { label: 'Endpoint', value: `${request.method} ${request.path}` },
    { label: 'Status', value: String(status) },
  ];
  if (status < 400) return redirected(known, request, answer, details);
  const { message, code, fields } = bodyOf(answer.text, known.secrets);
  return new ApiError(status, message, {
    code: `gpulab/${code ?? status}`,
    title: status === 401 || status === 403 ? 'Not Authorised' : 'API Error',
    details: [...details, ...fields],
    hint: hintFor(status, known),
  });
}

/** A redirect that is followed would hand the key to whoever it leads to. */
function redirected(
  { baseUrl }: Known,
  request: ApiRequest,
  answer: HttpAnswer,
  details: readonly Detail[],
): ApiError {
  const location = answer.headers['location'] ?? '';
  const asked = `${baseUrl}${request.path}`;
  const target = location !== '' && URL.canParse(location, asked) ? new URL(location, asked).href : undefined;
  const leads = target ? `to ${cleanLine(target, 300)}` : 'elsewhere';
  return new ApiError(answer.status, `the server redirects ${leads}; nothing was sent there`, {
    code: 'gpulab/redirect',
    title: 'Redirected',
    details,
    hint: target
      ? `Your key goes nowhere but to the address that is set. If you trust the new one: api.base_url=${cleanLine(newBase(target, request.path), 300)}`
      : 'Set the address of the API itself: api.base_url=https://...',
  });
}

/** The base address behind an address that a request was sent on to. */
function newBase(target: string, path: string): string {
  return target.endsWith(path) ? target.slice(0, -path.length) : new URL(target).origin;
}

function hintFor(status: number, { keyHint }: Known): string | undefined {
  if (status === 401) return keyHint ?? 'Give another key, or log in: devbox auth login';
  if (status === 429) return 'The server takes no more requests for now. Try again later.';
  if (status === 501) return 'This server does not offer that.';
  return status >= 500 ? 'The fault is the server’s. Try again later.' : undefined;
}

interface ErrorBody {
  readonly message: string;
  readonly code: string | undefined;
  /** What is wrong with single fields. */
  readonly fields: readonly Detail[];
}

/** Most servers say `message`; some `error` or `detail`, and what is not the API's own is shown as it is. */
function bodyOf(text: string, secrets: readonly string[]): ErrorBody {
  const safe = (foreign: string, limit?: number) =>
    cleanLine(redact(foreign.slice(0, 50_000), secrets), limit);
  const body = asRecord(parsed(text));
  const words = ['message', 'error', 'detail'].map((key) => body[key]);
  const said = words.find((value): value is string => typeof value === 'string' && value.trim() !== '');
  const { code } = body;
  const fields = Object.entries(asRecord(body['errors'])).flatMap(([field, problems]) =>
    [problems].flat().map((problem) => ({ label: safe(field, 60), value: safe(String(problem), 300) })),
  );
  return {
    message: (said === undefined ? safe(text, 300) : safe(said)) || 'the server gave no reason',
    code: typeof code === 'string' && said !== undefined ? safe(code, 60) : undefined,
    // What is wrong with a single field is often the message itself.
    fields: said === undefined ? [] : fields.filter(({ value }) => value !== safe(said)).slice(0, 10),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}
