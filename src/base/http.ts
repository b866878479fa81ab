import type { OptionsOfTextResponseBody } from 'got';

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Absolute address; `http://unix:/socket/path:/v1/...` for a unix socket. */
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly json?: unknown;
  /** Whole exchange, in seconds. */
  readonly timeoutSeconds: number;
  /** Largest answer accepted, in bytes. Default 32 MiB. */
  readonly maxBytes?: number;
  readonly signal?: AbortSignal;
}

/** What a server answered, whatever its status. */
export interface HttpAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/**
 * No usable answer came. `unsent` says that the server cannot have seen the request, so that repeating it is
 * safe even where it changes something; otherwise its outcome is unknown.
 */
export class HttpFailure extends Error {
  override readonly name = 'HttpFailure';
  readonly reason: 'refused' | 'unresolved' | 'timeout' | 'dropped' | 'too-large' | 'tls' | 'invalid';
  readonly unsent: boolean;

  constructor(reason: HttpFailure['reason'], message: string, unsent: boolean, cause?: unknown) {
    super(message, { cause });
    this.reason = reason;
    this.unsent = unsent;
  }
}

/** One HTTP exchange: no retries, no redirects followed, no status treated as an error. */
export type Http = (request: HttpRequest) => Promise<HttpAnswer>;

const defaultMaxBytes = 32 * 1024 * 1024;

/**
 * Makes an `Http` on got, which is loaded at the first request.
 * @param userAgent value of the User-Agent header.
 */
export function createHttp(userAgent: string): Http {
  return async (request) => {
    const { got } = await import('got');
    request.signal?.throwIfAborted();
    const limit = request.maxBytes ?? defaultMaxBytes;
    let tooLarge = false;
    try {
      const options: OptionsOfTextResponseBody = {
        method: request.method,
        headers: { 'user-agent': userAgent, accept: 'application/json', ...request.headers },
        timeout: { request: Math.max(1, Math.round(request.timeoutSeconds * 1000)) },
        retry: { limit: 0 },
        followRedirect: false,
        throwHttpErrors: false,
        enableUnixSockets: request.url.startsWith('http://unix:'),
        ...(request.json === undefined ? {} : { json: request.json }),
        ...(request.signal ? { signal: request.signal } : {}),
      };
      const exchange = got(request.url, options);
      exchange.on('downloadProgress', (progress) => {
        if (progress.transferred > limit) {
          tooLarge = true;
          exchange.cancel();
        }
      });
      const answer = await exchange;
      return { status: answer.statusCode, headers: flatten(answer.headers), text: answer.body };
    } catch (error) {
      if (request.signal?.aborted) throw request.signal.reason;
      if (tooLarge)
        throw new HttpFailure('too-large', `the answer is larger than ${limit} bytes`, false, error);
      throw failureOf(error);
    }
  };
}

function flatten(headers: NodeJS.Dict<string | string[]>): Record<string, string> {
  const result: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) result[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return result;
}

/** System error codes after which the request cannot have left this machine. */
const unsentCodes: Readonly<Record<string, HttpFailure['reason']>> = {
  ECONNREFUSED: 'refused',
  ENOENT: 'refused',
  EACCES: 'refused',
  ENETUNREACH: 'refused',
  EHOSTUNREACH: 'refused',
  ENOTFOUND: 'unresolved',
  EAI_AGAIN: 'unresolved',
  ERR_INVALID_URL: 'invalid',
  ERR_UNSUPPORTED_PROTOCOL: 'invalid',
};

/** The failure behind an error of Node's or of a library on it, judged by its shape as `hasCode` does. */
export function failureOf(error: unknown): HttpFailure {
  const about: object = typeof error === 'object' && error !== null ? error : {};
  const code = 'code' in about && typeof about.code === 'string' ? about.code : '';
  const message = 'message' in about && typeof about.message === 'string' ? about.message : String(error);
  const unsent = unsentCodes[code];
  if (unsent) return new HttpFailure(unsent, message, true, error);
  if (code === 'ETIMEDOUT' || message === 'Opening handshake has timed out')
    return new HttpFailure('timeout', message, false, error);
  if (/CERT|TLS|SSL|SELF_SIGNED|ALTNAME|UNABLE_TO|EPROTO/.test(code)) {
    return new HttpFailure('tls', message, true, error);
  }
  return new HttpFailure('dropped', message, false, error);
}
