import type * as z from 'zod/mini';
import { baseUrlProblem, withoutTrailingSlash } from '../../base/base-url.ts';
import type { Clock } from '../../base/clock.ts';
import { DevboxError, interrupted } from '../../base/errors.ts';
import { type Http, type HttpAnswer, HttpFailure, type HttpRequest } from '../../base/http.ts';
import { bodySecrets } from '../../base/secrets-sent.ts';
import { readData, readEnvelope } from './answer.ts';
import { meaningOf } from './codes.ts';
import { answerError, type Call, failureError, parseApiError } from './errors.ts';
import type { Pacer } from './pacer.ts';
import { lambdaAddress } from './schema.ts';

export interface ClientParts {
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly timeoutSeconds: number;
  /** Wait before the first repetition of a read, in seconds; doubled before the second. */
  readonly retryDelaySeconds: number;
  readonly http: Http;
  readonly pacer: Pacer;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Changes that are on their way; see `Context`. */
  readonly unanswered: Set<{ readonly what: string }>;
  /** Called when the signal aborts while the answer to a change is waited for. */
  readonly onPatience: () => void;
}

/** How a call that changes something ended. */
export type Changed<T> =
  | { readonly outcome: 'done'; readonly value: T }
  /** Nothing was changed. `retry`: why asking the same again later can help, or `no`. */
  | {
      readonly outcome: 'refused';
      readonly retry: 'capacity' | 'rate-limit' | 'provider' | 'no';
      readonly error: DevboxError;
    }
  /** Nobody knows whether it happened. */
  | { readonly outcome: 'lost'; readonly error: DevboxError };

/** Looks at a read are free of side effects, so this many are made before giving up. */
const readTries = 3;

/** How long an answer on its way may still arrive after Ctrl-C, so that what was created gets known. */
const graceSeconds = 5;

/** Lambda Cloud's API over HTTP: the key, the pace, the timeouts, and what its answers mean. */
export class LambdaClient {
  private readonly parts: ClientParts;
  private readonly baseUrl: string;

  /** @throws DevboxError of kind `usage` when the key must not travel to that address. */
  constructor(parts: ClientParts) {
    const problem = baseUrlProblem(parts.baseUrl, lambdaAddress);
    if (problem !== undefined) {
      throw new DevboxError('usage', `api.base_url ${problem}.`, {
        code: 'lambda/base-url',
        details: [{ label: 'Address', value: parts.baseUrl }],
      });
    }
    this.parts = parts;
    this.baseUrl = withoutTrailingSlash(parts.baseUrl);
  }

  /** The same client, at the same pace, which another signal ends. */
  under(signal: AbortSignal): LambdaClient {
    return new LambdaClient({ ...this.parts, signal });
  }

  /**
   * Reads; repeated where the connection failed or the server was in trouble.
   * @throws DevboxError
   */
  get<T>(path: string, schema: z.ZodMiniType<T>): Promise<T> {
    return this.read(path, (call, answer) => readData(call, answer, schema));
  }

  /** As `get` does, for an answer that says more beside its `data`. */
  getEnvelope<T>(path: string, schema: z.ZodMiniType<T>): Promise<T> {
    return this.read(path, (call, answer) => readEnvelope(call, answer, schema));
  }

  private async read<T>(path: string, parse: (call: Call, answer: HttpAnswer) => T): Promise<T> {
    const call = this.call('GET', path);
    const { pacer, clock, signal, retryDelaySeconds } = this.parts;
    for (let attempt = 1; ; attempt++) {
      await pacer.turn(false, signal);
      const last = attempt === readTries;
      try {
        const answer = await this.send(call, undefined, signal);
        if (isSuccess(answer)) return parse(call, answer);
        if (last || !isPassing(answer, call)) throw answerError(call, answer);
      } catch (error) {
        if (!(error instanceof HttpFailure)) throw error;
        if (last || !passingFailures.has(error.reason)) throw this.failed(call, error);
      }
      await clock.sleep(retryDelaySeconds * 1000 * 2 ** (attempt - 1), signal);
    }
  }

  /**
   * Changes something: sent once, never repeated here.
   * @throws the signal's reason where it aborted before anything was sent.
   */
  async change<T>(
    method: 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    path: string,
    json: unknown,
    schema: z.ZodMiniType<T>,
    isLaunch = false,
  ): Promise<Changed<T>> {
    const call = this.call(method, path, json);
    await this.parts.pacer.turn(isLaunch, this.parts.signal);
    const { signal, clock, unanswered, onPatience } = this.parts;
    const patience = afterGrace(signal, clock, onPatience);
    const sent = { what: `${method} ${path}` };
    unanswered.add(sent);
    try {
      const answer = await this.send(call, json, patience.signal);
      if (!isSuccess(answer)) return judge(call, answer);
      return { outcome: 'done', value: readData(call, answer, schema) };
    } catch (error) {
      if (patience.signal.aborted) return { outcome: 'lost', error: cutShort(call, error) };
      if (error instanceof HttpFailure) {
        const shown = this.failed(call, error);
        return error.unsent
          ? { outcome: 'refused', retry: 'no', error: shown }
          : { outcome: 'lost', error: shown };
      }
      return { outcome: 'lost', error: asDevboxError(call, error) };
    } finally {
      patience.end();
      unanswered.delete(sent);
    }
  }

  private call(method: HttpRequest['method'], path: string, json?: unknown): Call {
    return { method, path, secrets: [this.parts.apiKey, ...bodySecrets({ json })] };
  }

  private failed(call: Call, failure: HttpFailure): DevboxError {
    return failureError(call, failure, this.baseUrl, this.parts.timeoutSeconds);
  }

  private send(call: Call, json: unknown, signal: AbortSignal): Promise<HttpAnswer> {
    const request: HttpRequest = {
      method: call.method,
      url: `${this.baseUrl}${call.path}`,
      headers: { authorization: `Bearer ${this.parts.apiKey}` },
      timeoutSeconds: this.parts.timeoutSeconds,
      signal,
    };
    return this.parts.http(json === undefined ? request : { ...request, json });
  }
}

const isSuccess = (answer: HttpAnswer): boolean => answer.status >= 200 && answer.status < 300;

/** Failures that pass; a timeout has been waited for long enough. */
const passingFailures: ReadonlySet<HttpFailure['reason']> = new Set(['refused', 'unresolved', 'dropped']);

function isPassing(answer: HttpAnswer, call: Call): boolean {
  if (answer.status >= 500 || answer.status === 429) return true;
  return parseApiError(answer.text, call.secrets)?.code.text === 'global/internal-error';
}

/**
 * What a change that was answered with an error came to. An error of the API's own says that it did not happen,
 * save an internal one; a bare 5xx may come from anything in between.
 */
function judge(call: Call, answer: HttpAnswer): Changed<never> {
  const error = answerError(call, answer);
  const code = parseApiError(answer.text, call.secrets)?.code;
  if (answer.status === 429) return { outcome: 'refused', retry: 'rate-limit', error };
  const isInternal = code?.text === 'global/internal-error';
  const isDefinite = code !== undefined && code.known !== false && !isInternal;
  if (!isDefinite && (isInternal || answer.status >= 500 || answer.status === 408)) {
    return { outcome: 'lost', error };
  }
  return { outcome: 'refused', retry: meaningOf(code, answer.status).retry, error };
}

/** A signal that aborts `graceSeconds` after the given one, for as long as it is not ended. */
function afterGrace(
  signal: AbortSignal,
  clock: Clock,
  onBegin: () => void,
): { signal: AbortSignal; end(): void } {
  const late = new AbortController();
  const ended = new AbortController();
  const begin = (): void => {
    onBegin();
    clock.sleep(graceSeconds * 1000, ended.signal).then(
      () => late.abort(signal.reason),
      () => undefined,
    );
  };
  signal.addEventListener('abort', begin, { once: true });
  return {
    signal: late.signal,
    end() {
      signal.removeEventListener('abort', begin);
      ended.abort();
    },
  };
}

/** Whatever goes wrong once a change has been sent leaves its outcome open. */
function asDevboxError(call: Call, error: unknown): DevboxError {
  if (error instanceof DevboxError) return error;
  return new DevboxError('failed', `${call.method} ${call.path} ended in an error of devbox's own.`, {
    code: 'lambda/internal',
    details: [{ label: 'Request', value: `${call.method} ${call.path}` }],
    cause: error,
  });
}

function cutShort(call: Call, cause: unknown): DevboxError {
  return interrupted(`Interrupted before the answer to ${call.method} ${call.path} came.`, {
    details: [{ label: 'Request', value: `${call.method} ${call.path}` }],
    cause,
  });
}
