import type { HttpAnswer, HttpRequest } from './http.ts';
import { withoutPartsOf } from './overlap.ts';
import { redactValues } from './redact.ts';
import { bodySecrets, headerSecrets } from './secrets-sent.ts';

type Asked = Pick<HttpRequest, 'headers' | 'json'>;
type Answered = Pick<HttpAnswer, 'status' | 'text'>;

/**
 * An exchange whose errors do not repeat what was secret in the request: the key, user data, passwords, the values of
 * variables. Errors are shown, traced and written into leases, and a server may quote in them whatever it got.
 */
export function discreet<Q extends Asked, A extends Answered>(
  exchange: (request: Q) => Promise<A>,
): (request: Q) => Promise<A> {
  return async (request) => {
    const answer = await exchange(request);
    if (answer.status < 300 || answer.text === '') return answer;
    const keys = headerSecrets(request);
    return { ...answer, text: clean(answer.text, { all: [...keys, ...bodySecrets(request)], keys }) };
  };
}

interface Sent {
  readonly all: readonly string[];
  readonly keys: readonly string[];
}

function clean(text: string, sent: Sent): string {
  try {
    return JSON.stringify(cleanValue(JSON.parse(text), '', sent));
  } catch {
    return without(text, sent.all);
  }
}

/** What is done next hangs on codes and names, which the value of some variable must not change. */
function cleanValue(value: unknown, key: string, sent: Sent): unknown {
  if (typeof value === 'string') return without(value, key === 'code' ? sent.keys : sent.all);
  if (Array.isArray(value)) return value.map((part) => cleanValue(part, key, sent));
  if (typeof value !== 'object' || value === null) return value;
  const cleanName = (name: string): string => without(name, /^\w{1,40}$/.test(name) ? sent.keys : sent.all);
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => [cleanName(name), cleanValue(part, name, sent)]),
  );
}

const without = (text: string, secrets: readonly string[]): string =>
  withoutPartsOf(redactValues(text, secrets), secrets);
