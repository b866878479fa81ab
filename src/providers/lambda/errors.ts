import { type Detail, DevboxError, type Failure } from '../../base/errors.ts';
import type { HttpAnswer, HttpFailure, HttpRequest } from '../../base/http.ts';
import { redact } from '../../base/redact.ts';
import { formatSeconds } from '../../base/seconds.ts';
import { cleanLine } from '../../base/text.ts';
import { type ApiCode, apiCode, meaningOf } from './codes.ts';
import { errorEnvelope } from './wire.ts';

/** One call as an error card names it. */
export interface Call {
  readonly method: HttpRequest['method'];
  /** Below the base address: `/instance-operations/launch`. */
  readonly path: string;
  /** Values that must not be shown, whoever repeats them. */
  readonly secrets: readonly string[];
}

/** An error that the API described itself. Texts are clean and free of secrets. */
export interface ApiError {
  readonly code: ApiCode;
  readonly message: string;
  readonly suggestion: string | undefined;
}

/** The API's own description of an error, or undefined where the body holds none (HTML, empty, other JSON). */
export function parseApiError(body: string, secrets: readonly string[]): ApiError | undefined {
  const parsed = errorEnvelope.safeParse(parseJson(body));
  if (!parsed.success) return undefined;
  const { code, message, suggestion } = parsed.data.error;
  return {
    code: apiCode(foreign(code, secrets, 200)),
    message: foreign(message ?? '', secrets),
    suggestion: foreign(suggestion ?? '', secrets) || undefined,
  };
}

/** The error card of an answer whose status is no success. */
export function answerError(call: Call, answer: HttpAnswer): DevboxError {
  const api = parseApiError(answer.text, call.secrets);
  const { kind, hint } = meaningOf(api?.code, answer.status);
  const details = [...requestRows(call), { label: 'Status', value: String(answer.status) }];
  if (api === undefined) {
    return new DevboxError(kind, `${statusWords(answer.status)}, without saying why.`, {
      title: 'API Error',
      code: `lambda/http-${answer.status}`,
      details: [...details, excerpt(call, answer.text)],
      hint: isRedirect(answer.status) ? redirectHint : hint,
    });
  }
  return new DevboxError(kind, api.message || `${statusWords(answer.status)}.`, {
    title: 'API Error',
    code: api.code.text,
    details: [...details, { label: 'Code', value: api.code.text }],
    suggestion: api.suggestion,
    hint,
  });
}

/**
 * The error of a successful answer that is not what the API describes.
 * @param field where in the answer, as `data[0].id`, and what was expected there.
 */
export function unexpectedAnswer(
  call: Call,
  answer: HttpAnswer,
  field: { readonly path: string; readonly expected: string },
): DevboxError {
  return new DevboxError(
    'failed',
    `The answer to ${call.method} ${call.path} is not what the Lambda Cloud API describes: ` +
      `${field.path}: ${field.expected}.`,
    {
      title: 'API Error',
      code: 'lambda/unexpected-answer',
      details: [
        ...requestRows(call),
        { label: 'Status', value: String(answer.status) },
        { label: 'Field', value: foreign(field.path, call.secrets, 200) },
        excerpt(call, answer.text),
      ],
      hint: 'Check api.base_url and any proxy in between. If they are right, the API has changed: look for a newer devbox.',
    },
  );
}

/** The error of a call that got no usable answer. */
export function failureError(
  call: Call,
  failure: HttpFailure,
  baseUrl: string,
  timeoutSeconds: number,
): DevboxError {
  const { hostname, host } = new URL(baseUrl);
  const words: Record<HttpFailure['reason'], { message: string; hint: string; kind?: Failure }> = {
    refused: {
      message: `Nothing answers at ${host}.`,
      hint: 'Check the network connection and api.base_url.',
    },
    unresolved: {
      message: `The name ${hostname} could not be resolved.`,
      hint: 'Check the network connection and api.base_url.',
    },
    timeout: {
      message: `No answer from ${host} within ${formatSeconds(timeoutSeconds)}.`,
      hint: 'Try again, or allow more time with api.timeout=SECONDS.',
      kind: 'timed-out',
    },
    dropped: {
      message: `The connection to ${host} broke before the answer was complete.`,
      hint: 'Try again.',
    },
    'too-large': {
      message: `The answer from ${host} is larger than any that the API describes.`,
      hint: 'Check api.base_url and any proxy in between.',
    },
    tls: {
      message: `The identity of ${host} could not be verified.`,
      hint: 'A proxy may stand in between: NODE_EXTRA_CA_CERTS=FILE makes its certificate known.',
    },
    invalid: { message: `${host} cannot be asked: the address is not valid.`, hint: 'Check api.base_url.' },
  };
  const { message, hint, kind } = words[failure.reason];
  return new DevboxError(kind ?? 'failed', message, {
    title: 'API Error',
    code: `lambda/${failure.reason}`,
    details: [...requestRows(call), { label: 'Details', value: foreign(failure.message, call.secrets, 200) }],
    hint,
    cause: failure,
  });
}

/**
 * The error of a change whose answer was lost: what the connection or the server said, under a message that says
 * what is not known. An interruption stays one.
 */
export function outcomeUnknown(
  cause: DevboxError,
  message: string,
  options: { readonly details?: readonly Detail[]; readonly hint: string },
): DevboxError {
  const kind = cause.kind === 'interrupted' ? 'interrupted' : 'outcome-unknown';
  return new DevboxError(kind, `${message} ${cause.message}`, {
    title: cause.title,
    code: cause.code,
    details: [...(options.details ?? []), ...cause.details],
    suggestion: cause.suggestion,
    hint: options.hint,
    cause,
  });
}

/** Foreign text on one line: redacted first, so that no cut leaves half a secret. */
export function foreign(text: string, secrets: readonly string[], limit = 2000): string {
  return cleanLine(redact(text.slice(0, 50_000), secrets), limit);
}

/** The JSON value of a text, or undefined where it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const redirectHint = 'Redirects are not followed, so that the key goes nowhere else: check api.base_url.';

const isRedirect = (status: number): boolean => status >= 300 && status < 400;

function statusWords(status: number): string {
  if (isRedirect(status)) return `The server redirects elsewhere (status ${status})`;
  if (status === 429) return 'Lambda Cloud refuses more requests for now (status 429)';
  return `The server answered with status ${status}`;
}

function requestRows(call: Call): Detail[] {
  return [{ label: 'Request', value: foreign(`${call.method} ${call.path}`, call.secrets, 300) }];
}

function excerpt(call: Call, body: string): Detail {
  return { label: 'Details', value: foreign(body, call.secrets, 200) || '(an empty answer)' };
}
