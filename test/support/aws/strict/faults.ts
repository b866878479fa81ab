import { type Call, isChange, matchesName } from './calls.ts';
import { Refusal, throttled } from './refusal.ts';

/** How a call goes wrong. */
export type FaultKind =
  /** AWS' refusal; nothing happens. */
  | { readonly kind: 'refuse'; readonly code: string; readonly message?: string; readonly status?: number }
  /** Asked too often, in the words of that service; nothing happens. */
  | { readonly kind: 'throttle' }
  /** The connection ends without an answer, before or after the effect. */
  | { readonly kind: 'drop-before' | 'drop-after' }
  /** The effect and the answer come this much later. Other calls go on meanwhile. */
  | { readonly kind: 'delay'; readonly milliseconds: number }
  /** Whoever is told ends the client, before or after the effect; no answer. */
  | { readonly kind: 'kill-before' | 'kill-after'; readonly kill: () => void }
  /**
   * As if the client were killed here, where it cannot be: no answer, and nothing that comes after it is let through
   * until `Faults.revive`.
   */
  | { readonly kind: 'die-before' | 'die-after' };

export interface Fault {
  /** `ec2:RunInstances`, `dynamodb:*`, or `*`. Default `*`. */
  readonly on?: string;
  /** Only calls whose parameters, as JSON, match this. */
  readonly having?: RegExp;
  /** Only calls that can change something. */
  readonly changing?: boolean;
  /** Only the calls of one client, by access key. */
  readonly by?: string;
  /** Which of those calls is the first to suffer, from 1. Default 1. */
  readonly first?: number;
  /** How many suffer. Default 1; `Infinity` is for good. */
  readonly times?: number;
  readonly fault: FaultKind;
}

/** The faults of a layer, and which of them came to be. */
export class Faults {
  private armed: { readonly fault: Fault; seen: number; used: number }[] = [];
  private dead: string | undefined;

  add(fault: Fault): void {
    this.armed.push({ fault, seen: 0, used: 0 });
  }

  /** Takes all of them away, met or not. */
  clear(): void {
    this.armed = [];
    this.revive();
  }

  /** Whether a `die` fault was met and the client is dead since. */
  get died(): boolean {
    return this.dead !== undefined;
  }

  /** A new client begins after a `die` fault. */
  revive(): void {
    this.dead = undefined;
  }

  /** The fault that this call suffers, if any; the first one declared wins. */
  take(call: Call): FaultKind | undefined {
    if (this.dead === call.accessKey) return { kind: 'drop-before' };
    let found: FaultKind | undefined;
    for (const entry of this.armed) {
      const { on = '*', having, by, changing = false, first = 1, times = 1, fault } = entry.fault;
      if (!matchesName(on, call.name) || (by !== undefined && by !== call.accessKey)) continue;
      if (changing && !isChange(call.name)) continue;
      if (having !== undefined && !having.test(JSON.stringify(call.params))) continue;
      entry.seen += 1;
      if (found !== undefined || entry.seen < first || entry.used >= times) continue;
      entry.used += 1;
      found = fault;
    }
    if (found?.kind === 'die-before' || found?.kind === 'die-after') this.dead = call.accessKey;
    return found;
  }

  /** Faults that no call met. */
  unmet(): string[] {
    return this.armed
      .filter(({ used }) => used === 0)
      .map(({ fault }) => `the fault ${fault.fault.kind} on ${fault.on ?? '*'} was never met`);
  }
}

/** The refusal that a fault asks for, if it asks for one. */
export function refusalOf(fault: FaultKind | undefined, service: string): Refusal | undefined {
  if (fault?.kind === 'throttle') return throttled(service);
  if (fault?.kind !== 'refuse') return undefined;
  return new Refusal(fault.code, fault.message ?? 'Refused by a fault of the test.', fault.status);
}
