import { type HttpAnswer, HttpFailure } from '../../base/http.ts';

/** Waits before a request is sent again, in milliseconds. */
const delays = [200, 1000];

/** Waits before it is sent again to a server that asked for patience without saying how much, in milliseconds. */
const patientDelays = [1000, 2000, 4000];

/** The longest wait that a server can ask for, in milliseconds; what it wants beyond is for the user to decide. */
const longestWait = 30_000;

/**
 * How long to wait before a request is sent again, in milliseconds; undefined where that must not be or would not help.
 * @param outcome what came of it the last time.
 * @param attempt how often it has been sent before that, from 0.
 * @param now milliseconds since 1970.
 */
export function retryDelay(
  { method }: { readonly method: string },
  outcome: HttpAnswer | HttpFailure,
  attempt: number,
  now: number,
): number | undefined {
  const isRead = method === 'GET';
  if (outcome instanceof HttpFailure) {
    if (outcome.reason === 'refused' || outcome.reason === 'unresolved') return delays[attempt];
    return isRead && outcome.reason === 'dropped' ? delays[attempt] : undefined;
  }
  const isPassing = outcome.status === 429 || (outcome.status >= 500 && outcome.status !== 501);
  if (!isRead || !isPassing) return undefined;
  const asked = askedWait(outcome, now);
  const own = (outcome.status === 429 ? patientDelays : delays)[attempt];
  if (own === undefined || (asked !== undefined && asked > longestWait)) return undefined;
  return asked ?? own;
}

/** What `Retry-After` says, in milliseconds: it is a number of seconds or a date. */
export function askedWait({ headers }: HttpAnswer, now: number): number | undefined {
  const value = headers['retry-after']?.trim() ?? '';
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
