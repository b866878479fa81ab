import type { BinError } from './devbox.ts';

/** How a smoke can end, with the exit status of each. */
export const exits = {
  passed: 0,
  /** devbox did not do what it should. */
  validation_failed: 1,
  /** The opt-in, the key, the network, this machine, or trouble at Lambda Cloud itself. */
  environment_blocked: 2,
  /** The account is not in order. */
  billing_blocked: 3,
  quota_blocked: 4,
  capacity_blocked: 5,
  /** Something that was not there before may be left, or something is gone. */
  cleanup_failed: 7,
} as const;

export type Classification = keyof typeof exits;

export interface Verdict {
  readonly classification: Classification;
  /** In words, for a person. */
  readonly reason: string;
}

/** Ends a smoke before its end. */
export class Stopped extends Error {
  readonly classification: Classification;

  constructor(classification: Classification, reason: string) {
    super(reason);
    this.classification = classification;
  }
}

const blocked: Readonly<Record<string, Classification>> = {
  'instance-operations/launch/insufficient-capacity': 'capacity_blocked',
  'global/quota-exceeded': 'quota_blocked',
  'global/invalid-address': 'billing_blocked',
  'global/account-inactive': 'billing_blocked',
  'global/internal-error': 'environment_blocked',
  'global/forbidden': 'environment_blocked',
  'global/invalid-api-key': 'environment_blocked',
  'lambda/refused': 'environment_blocked',
  'lambda/unresolved': 'environment_blocked',
  'lambda/timeout': 'environment_blocked',
  'lambda/dropped': 'environment_blocked',
  'lambda/tls': 'environment_blocked',
  // The answer to the launch was lost on the way, or Lambda Cloud gave none.
  'up/outcome-unknown': 'environment_blocked',
};

/**
 * What an error of devbox means while there is no box yet: later on, no cause outside is an excuse. Judged by the code,
 * and by the HTTP status where that says more.
 */
export function classOf({ code, status, exit }: BinError): Classification {
  const known = blocked[code];
  if (known !== undefined) return known;
  // There is no list of these, and Lambda's description counts quota and exhaustion among them.
  if (code.startsWith('provider/')) {
    if (/quota/.test(code)) return 'quota_blocked';
    return /capacity|exhaust/.test(code) ? 'capacity_blocked' : 'environment_blocked';
  }
  const isOutside = exit === 3 || status === 429 || (status ?? 0) >= 500;
  return isOutside ? 'environment_blocked' : 'validation_failed';
}
