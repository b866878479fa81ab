/** How a request goes wrong. What happens after the effect leaves the change made and the answer lost. */
export type FaultKind =
  /** A refusal in the API's own form; nothing happens. */
  | {
      readonly kind: 'refuse';
      readonly code: string;
      /** Default 400. */
      readonly status?: number;
      readonly message?: string;
      readonly suggestion?: string;
    }
  /** Any status and body, without or after the effect. */
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly body?: string;
      readonly headers?: Readonly<Record<string, string>>;
      readonly afterEffect?: boolean;
    }
  /** A refusal in the API's own form that repeats the whole request; nothing happens. */
  | { readonly kind: 'echo' }
  /** The connection ends without an answer, before or after the effect. */
  | { readonly kind: 'drop-before' | 'drop-after' }
  /** The answer comes this much later; the effect at once. */
  | { readonly kind: 'slow'; readonly milliseconds: number }
  /** After the effect: half an answer; HTML; broken JSON; JSON of another shape. */
  | { readonly kind: 'truncate' | 'html' | 'wrong-json' | 'wrong-shape' }
  /** After the effect: exactly this JSON. */
  | { readonly kind: 'answer'; readonly json: unknown }
  /** No answer, ever, and somebody is told, before or after the effect: to kill whoever waits for it. */
  | { readonly kind: 'hold'; readonly afterEffect: boolean; readonly met: () => void };

export interface Fault {
  /** Method and path below the base address; `*` stands for one part of it: `GET /instances/*`. */
  readonly on: string;
  /** Which request of that kind is the first to suffer, from 1. Default 1. */
  readonly first?: number;
  /** How many suffer. Default 1; `Infinity` is for good. */
  readonly times?: number;
  readonly fault: FaultKind;
}

/** The faults of a server, and which of them came to be. */
export class Faults {
  private armed: { readonly fault: Fault; seen: number; used: number }[] = [];
  private unmet: string[] = [];

  add(fault: Fault): void {
    this.armed.push({ fault, seen: 0, used: 0 });
  }

  /** The fault that this request suffers, if any; the first one declared wins. */
  take(method: string, path: string): FaultKind | undefined {
    let found: FaultKind | undefined;
    for (const entry of this.armed) {
      if (!matches(entry.fault.on, `${method} ${path}`)) continue;
      entry.seen += 1;
      const first = entry.fault.first ?? 1;
      if (found === undefined && entry.seen >= first && entry.used < (entry.fault.times ?? 1)) {
        entry.used += 1;
        found = entry.fault.fault;
      }
    }
    return found;
  }

  /** Ends all faults. */
  end(): void {
    this.unmet = this.unused();
    this.armed = [];
  }

  /** Faults that no request met. */
  unused(): string[] {
    const unmet = this.armed
      .filter(({ used }) => used === 0)
      .map(({ fault }) => `the fault ${fault.fault.kind} on ${fault.on} was never met`);
    return [...this.unmet, ...unmet];
  }
}

function matches(pattern: string, text: string): boolean {
  const parts = pattern.split('/');
  const others = text.split('/');
  return parts.length === others.length && parts.every((part, i) => part === '*' || part === others[i]);
}
