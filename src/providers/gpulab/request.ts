import * as z from 'zod/mini';
import type { Clock } from '../../base/clock.ts';
import { DevboxError } from '../../base/errors.ts';
import { type Http, type HttpAnswer, HttpFailure, type HttpRequest } from '../../base/http.ts';
import { redact } from '../../base/redact.ts';
import { bodySecrets } from '../../base/secrets-sent.ts';
import { cleanLine } from '../../base/text.ts';
import { describeIssue } from '../../server/wire/check.ts';
import { answerError } from './api-error.ts';
import { NoAnswer } from './no-answer.ts';
import { retryDelay } from './retry.ts';

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
  /** The server as the user knows it. */
  readonly server: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Values that must not be shown, whoever repeats them. */
  readonly secrets: readonly string[];
  /** What to do about a key that is refused. */
  readonly keyHint?: string;
  readonly timeoutSeconds: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Called before a longer wait that the server asked for. */
  readonly onWait?: (seconds: number) => void;
}

/** Sends one request and gives back the answer if its status is below 400. */
export type Requester = (request: ApiRequest) => Promise<HttpAnswer>;

/** A wait that is worth a word, in milliseconds. */
const longWait = 2000;

/**
 * Makes a requester. Reads are sent again where that can help; what changes something only if it was not sent.
 * @throws NoAnswer; ApiError for an answer that is an error or leads elsewhere.
 */
export function createRequester(options: RequesterOptions): Requester {
  const { clock, signal, onWait } = options;
  return async (request) => {
    for (let attempt = 0; ; attempt++) {
      const outcome = await exchange(options, request);
      if (!(outcome instanceof HttpFailure) && outcome.status < 300) return outcome;
      const delay = retryDelay(request, outcome, attempt, clock.now());
      if (delay === undefined) throw asError(options, request, outcome);
      if (delay >= longWait) onWait?.(Math.ceil(delay / 1000));
      await clock.sleep(delay, signal);
    }
  };
}

async function exchange(options: RequesterOptions, request: ApiRequest): Promise<HttpAnswer | HttpFailure> {
  const { http, baseUrl, headers, signal } = options;
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
    if (error instanceof HttpFailure) return error;
    throw error;
  }
}

function asError(
  options: RequesterOptions,
  request: ApiRequest,
  outcome: HttpAnswer | HttpFailure,
): DevboxError {
  if (!(outcome instanceof HttpFailure)) return answerError(options, request, outcome);
  return new NoAnswer(outcome, {
    endpoint: `${request.method} ${request.path}`,
    server: options.server,
    timeoutSeconds: request.timeoutSeconds ?? options.timeoutSeconds,
  });
}

/** Why an answer can be of another form. */
const notOurs = 'Look whether the address leads to the API itself (api.base_url, GPULAB_API_URL).';

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
      details: [
        endpoint,
        {
          label: 'Answer',
          value: cleanLine(redact(answer.text.slice(0, 10_000), bodySecrets(request)), 200) || 'nothing',
        },
      ],
      hint: notOurs,
    });
  }
  const result = z.safeParse(schema, value);
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => `${field(issue.path)} ${describeIssue(issue)}`);
  throw new DevboxError('failed', `the server's answer is not understood: ${problems[0]}`, {
    code: 'gpulab/unexpected-answer',
    details: [endpoint, ...problems.slice(1, 5).map((value) => ({ label: 'Also', value }))],
    hint: notOurs,
  });
}

const field = (path: readonly PropertyKey[]): string =>
  cleanLine(path.map(String).join('.'), 200) || 'the whole';
