import type { Context } from './context.ts';
import type { HttpAnswer, HttpRequest } from './http.ts';
import { holdsSecrets, isSecretHeader } from './secrets-sent.ts';

/** Longest body that is told, in characters. */
const longestBody = 4000;

const hidden = '[hidden]';

type Asked = Pick<HttpRequest, 'method' | 'url' | 'headers' | 'json'>;
/** Without a text where it comes as a stream, which is not told. */
type Answered = Pick<HttpAnswer, 'status' | 'headers'> & Partial<Pick<HttpAnswer, 'text'>>;

/**
 * An exchange that tells what it sends and what it gets, where somebody wants to know: method, address, status, time,
 * headers and bodies, without what is secret in them.
 */
export function traced<Q extends Asked, A extends Answered>(
  exchange: (request: Q) => Promise<A>,
  { trace, clock }: Pick<Context, 'trace' | 'clock'>,
): (request: Q) => Promise<A> {
  if (!trace) return exchange;
  return async (request) => {
    const start = clock.monotonic();
    const took = (): string => `${Math.round(clock.monotonic() - start)} ms`;
    trace(`> ${requestLine(request)}`);
    try {
      const answer = await exchange(request);
      trace(`< ${answer.status} in ${took()} ${answerLine(answer)}`);
      return answer;
    } catch (error) {
      trace(`< no answer in ${took()}: ${error instanceof Error ? error.message : String(error)}`);
      throw error;
    }
  };
}

/** An address without what may be a secret in it: for sockets, whose paths can open something by themselves. */
export function traceableAddress(address: string): string {
  if (!URL.canParse(address)) return hidden;
  const { protocol, host, pathname, search } = new URL(address);
  const isPlain = /^\/(?:[^/]+\/)*v1\//.test(pathname) && search === '';
  return `${protocol}//${host}${isPlain ? pathname : `/${hidden}`}`;
}

function requestLine({ method, url, headers = {}, json }: Asked): string {
  const body = json === undefined ? '' : ` ${shownJson(json)}`;
  return `${method} ${url} ${shownHeaders(headers)}${body}`;
}

function answerLine({ headers, text = '(a stream)' }: Answered): string {
  return `${shownHeaders(headers)} ${text === '' ? '(empty)' : shownBody(text)}`;
}

function shownHeaders(headers: Readonly<Record<string, string>>): string {
  const entries = Object.entries(headers).map(([name, value]): [string, string] => [
    name,
    isSecretHeader(name) ? hidden : value,
  ]);
  return JSON.stringify(Object.fromEntries(entries));
}

function shownBody(text: string): string {
  try {
    return shownJson(JSON.parse(text));
  } catch {
    return cut(text);
  }
}

const shownJson = (value: unknown): string => cut(JSON.stringify(withoutSecrets(value)));

const cut = (text: string): string =>
  text.length > longestBody ? `${text.slice(0, longestBody)}… (${text.length} characters)` : text;

/** The values of variables are secret whatever they are called, and so is what follows the host of a terminal's address. */
function withoutSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, part]): [string, unknown] => {
    if (/^(?:terminal|websocket|ws)_url$/i.test(key) && typeof part === 'string') {
      return [key, traceableAddress(part)];
    }
    return [key, holdsSecrets(key) ? allHidden(part) : withoutSecrets(part)];
  });
  return Object.fromEntries(entries);
}

/** Names stay, values go. */
function allHidden(value: unknown): unknown {
  if (value === null || value === undefined || value === '') return value;
  if (typeof value !== 'object' || Array.isArray(value)) return hidden;
  return Object.fromEntries(Object.keys(value).map((key) => [key, hidden]));
}
