import { randomBytes } from 'node:crypto';

/** How long a terminal waits for its first connection, in milliseconds. */
const unusedMilliseconds = 60_000;

/**
 * Terminals that were asked for and not connected to yet. The secret in the address is the only key that the
 * WebSocket needs, so it is long, good for one box, one connection and one minute.
 */
export class TerminalTickets {
  readonly #tickets = new Map<string, { readonly id: string; readonly expires: number }>();
  readonly #monotonic: () => number;

  constructor(monotonic: () => number) {
    this.#monotonic = monotonic;
  }

  /** A new secret for a terminal in this box. */
  issue(id: string): string {
    const now = this.#monotonic();
    for (const [secret, { expires }] of this.#tickets) if (expires <= now) this.#tickets.delete(secret);
    const secret = randomBytes(24).toString('base64url');
    this.#tickets.set(secret, { id, expires: now + unusedMilliseconds });
    return secret;
  }

  /** The box that a secret opens; a secret works once. */
  redeem(secret: string): string | undefined {
    const ticket = this.#tickets.get(secret);
    this.#tickets.delete(secret);
    return ticket && ticket.expires > this.#monotonic() ? ticket.id : undefined;
  }
}
