import type { Clock } from '../../base/clock.ts';
import { DevboxError } from '../../base/errors.ts';
import { type Http, type HttpAnswer, HttpFailure } from '../../base/http.ts';
import { type Finding, ok, problem, warning } from './finding.ts';

/** What was heard from a server besides what its provider makes of it. */
export interface Heard {
  /** The last answer to each address. */
  readonly answers: ReadonlyMap<string, HttpAnswer>;
  /** Server's clock less ours in seconds, by the last answer with a date; null where none had one. */
  skewSeconds(): number | null;
}

/**
 * Listens to what a provider sends and gets. Nothing but reads goes out, and who cannot be reached at all is not asked
 * again: everything else would only take longer.
 */
export function readOnly(clock: Clock): { readonly wrap: (http: Http) => Http; readonly heard: Heard } {
  const answers = new Map<string, HttpAnswer>();
  let skew: number | null = null;
  const wrap =
    (http: Http): Http =>
    async (request) => {
      if (request.method !== 'GET')
        throw new TypeError(`doctor only reads: ${request.method} ${request.url}`);
      const started = clock.now();
      try {
        const answer = await http(request);
        answers.set(request.url, answer);
        const date = Date.parse(answer.headers['date'] ?? '');
        // It counts whole seconds, and was written somewhere between question and answer.
        if (Number.isFinite(date)) skew = (date + 500 - (started + clock.now()) / 2) / 1000;
        return answer;
      } catch (error) {
        const isAway = error instanceof HttpFailure && ['refused', 'unresolved'].includes(error.reason);
        throw isAway ? unreachable(request.url, error) : error;
      }
    };
  return { wrap, heard: { answers, skewSeconds: () => skew } };
}

function unreachable(url: string, failure: HttpFailure): DevboxError {
  const { host, hostname } = new URL(url);
  const message =
    failure.reason === 'unresolved'
      ? `the name ${hostname} could not be resolved`
      : `nothing answers at ${host}`;
  return new DevboxError('failed', message, {
    code: 'doctor/unreachable',
    details: [{ label: 'Details', value: failure.message }],
    hint: 'Check the network connection, a proxy, and the address (api.base_url).',
    cause: failure,
  });
}

/** Seconds of difference from which a clock is worth a word, and from which certificates and signatures fail. */
const [noticeable, harmful] = [30, 300];

/** Whether this machine's clock agrees with the server's. */
export function clockFinding(skewSeconds: number | null): Finding[] {
  if (skewSeconds === null) return [];
  const off = Math.round(Math.abs(skewSeconds));
  if (off < noticeable) return [ok('clock', 'Clock', 'agrees with the server')];
  const found = `${off} s ${skewSeconds > 0 ? 'behind' : 'ahead of'} the server's`;
  const remedy = 'Set it: timedatectl set-ntp true';
  return [(off < harmful ? warning : problem)('clock', 'Clock', found, remedy)];
}
