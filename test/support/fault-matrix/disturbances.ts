import type { FaultKind } from '../faults.ts';

/** One request of a command, as it was seen in a run. */
export interface Call {
  /** From 1. */
  readonly number: number;
  /** `GET /instances/0123...`, as a fault names it. */
  readonly on: string;
  /** Which one of its kind, from 1. */
  readonly first: number;
}

export const isChange = ({ on }: Call): boolean => !on.startsWith('GET ');

/** One way in which calls go wrong. */
export interface Disturbance {
  readonly name: string;
  /** Makes a difference only where something is changed. */
  readonly changesOnly?: boolean;
  /** `unplugged`: from this call on nobody listens. Otherwise this call is answered so, and all later ones like it. */
  readonly fault: FaultKind | 'unplugged';
  /** Only this call suffers, and none that repeats it. */
  readonly once?: boolean;
  /** Settings that go with it. */
  readonly settings?: readonly string[];
}

const page = '<h1>Trouble</h1>';
const internal = { code: 'global/internal-error', message: 'An internal error occurred.' };

const lasting: readonly Disturbance[] = [
  { name: 'no connection', fault: 'unplugged' },
  { name: 'drop before', fault: { kind: 'drop-before' } },
  { name: 'drop after', fault: { kind: 'drop-after' }, changesOnly: true },
  { name: '500', fault: { kind: 'refuse', status: 500, ...internal } },
  {
    name: '500 after',
    fault: { kind: 'status', status: 500, body: JSON.stringify({ error: internal }), afterEffect: true },
    changesOnly: true,
  },
  { name: '503', fault: { kind: 'status', status: 503, body: page } },
  { name: '429', fault: { kind: 'status', status: 429, body: page } },
  { name: 'too slow', fault: { kind: 'slow', milliseconds: 60_000 }, settings: ['api.timeout=1.5'] },
  { name: 'truncated', fault: { kind: 'truncate' } },
  { name: 'wrong JSON', fault: { kind: 'wrong-json' } },
  { name: 'wrong shape', fault: { kind: 'wrong-shape' } },
];

/** What passes, and is looked at only where nothing heals it, or all of it. */
const passing: readonly Disturbance[] = lasting
  .filter(({ fault }) => fault !== 'unplugged')
  .map((one) => ({ ...one, name: `${one.name}, once`, once: true }));

const alsoOnce: ReadonlySet<string> = new Set(['429, once', 'wrong shape, once']);

/** A call, and how it goes wrong. */
export interface Disturbed {
  readonly call: Call;
  readonly disturbance: Disturbance;
}

/** Every call with every way in which it can go wrong. @param all with every way in which it can go wrong once. */
export function everyDisturbance(calls: readonly Call[], all: boolean): Disturbed[] {
  const ways = [...lasting, ...passing.filter(({ name }) => all || alsoOnce.has(name))];
  return calls.flatMap((call) =>
    ways
      .filter(({ changesOnly }) => !changesOnly || isChange(call))
      .map((disturbance) => ({ call, disturbance })),
  );
}
