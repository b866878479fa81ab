import * as z from 'zod/mini';
import type { Clock } from '../../base/clock.ts';
import { DevboxError, type DevboxErrorOptions, type Failure } from '../../base/errors.ts';
import { type Http, type HttpAnswer, HttpFailure, type HttpRequest } from '../../base/http.ts';
import { cleanLine } from '../../base/text.ts';
import { describeIssue } from '../../server/wire/check.ts';
import { errorSchema } from './wire.ts';

/** A request of the API: its path below the base address, beginning with `/v1`. */
export interface ApiRequest {
  readonly method: HttpRequest['method'];
  readonly path: string;
  readonly json?: unknown;
  /** Seconds for the whole exchange; the client's own timeout unless given. */
  readonly timeoutSeconds?: number;
}

export interface RequesterOptions {
  readonly http: Http;
  /** Without a slash at its end. */
  readonly baseUrl: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutSeconds: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

const kinds: Readonly<Record<number, Failure>> = {
  401: 'unauthorised',
  403: 'unauthorised',
  404: 'not-found',
};

/** The server answered with an error. */
export class ApiError extends DevboxError {
  readonly status: number;

  constructor(status: number, message: string, options: DevboxErrorOptions) {
    super(kinds[status] ?? 'failed', message, options);
    this.status = status;
  }
}

/** Sends one request and gives back the answer if its status is below 400. */
export type Requester = (request: ApiRequest) => Promise<HttpAnswer>;

/** Waits before a read is sent again after a connection error, in milliseconds. */
const retryDelays = [100, 400];

/**
 * Makes a requester. Reads are repeated after connection errors; what changes something never is here.
 * @throws HttpFailure where no answer came; ApiError for an answer that is an error.
 */
export function createRequester(options: RequesterOptions): Requester {
  return async (request) => {
    const answer = await exchange(options, request);
    if (answer.status >= 400) throw apiError(request, answer);
    return answer;
  };
}

async function exchange(options: RequesterOptions, request: ApiRequest): Promise<HttpAnswer> {
  const { http, baseUrl, headers, clock, signal } = options;
  for (let attempt = 0; ; attempt++) {
    try {
      return await http({
        method: request.method,
        url: `${baseUrl}${request.path}`,
        headers,
        ...(request.json === undefined ? {} : { json: request.json }),
        timeoutSeconds: request.timeoutSeconds ?? options.timeoutSeconds,
        signal,
      });
    } catch (error) {
      const delay = retryDelays[attempt];
      const canRepeat = error instanceof HttpFailure && ['dropped', 'refused'].includes(error.reason);
      if (!canRepeat || request.method !== 'GET' || delay === undefined) throw error;
      await clock.sleep(delay, signal);
    }
  }
}

/** Reads an answer's JSON. @throws DevboxError that names the endpoint and the field. */
export function parseAnswer<T extends z.ZodMiniType>(
  schema: T,
  request: ApiRequest,
  answer: HttpAnswer,
): z.output<T> {
  const endpoint = { label: 'Endpoint', value: `${request.method} ${request.path}` };
  let value: unknown;
  try {
    value = JSON.parse(answer.text);
  } catch {
    throw new DevboxError('failed', 'the server answered something that is not JSON', {
      code: 'gpulab/not-json',
      details: [endpoint, { label: 'Answer', value: cleanLine(answer.text, 200) }],
    });
  }
  const result = z.safeParse(schema, value);
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => `${field(issue.path)} ${describeIssue(issue)}`);
  throw new DevboxError('failed', `the server's answer is not understood: ${problems[0]}`, {
    code: 'gpulab/unexpected-answer',
    details: [endpoint, ...problems.slice(1, 5).map((value) => ({ label: 'Also', value }))],
  });
}

const field = (path: readonly PropertyKey[]): string => path.map(String).join('.') || 'the whole';

function apiError(request: ApiRequest, answer: HttpAnswer): ApiError {
  const { message, code } = errorBody(answer.text);
  return new ApiError(answer.status, message, {
    code: `gpulab/${code ?? answer.status}`,
    details: [
      { label: 'Endpoint', value: `${request.method} ${request.path}` },
      { label: 'Status', value: String(answer.status) },
    ],
  });
}

function errorBody(text: string): { readonly message: string; readonly code: string | undefined } {
  try {
    const { message, code } = z.parse(errorSchema, JSON.parse(text));
    if (message) return { message: cleanLine(message), code: code ? cleanLine(code, 60) : undefined };
  } catch {
    // Not the API's own error: shown as it is.
  }
  return { message: cleanLine(text, 300) || 'the server gave no reason', code: undefined };
}
