/** Something that was done in the account. Texts are free of control characters; null where nothing is said. */
export interface AuditEvent {
  readonly id: string;
  /** ISO 8601, as the provider writes it. */
  readonly time: string;
  readonly service: string;
  /** The type of what it was done to: `api_key`. */
  readonly resource: string;
  readonly action: string;
  /** Who did it, and to what, as the provider names them. */
  readonly actor: string | null;
  readonly resources: readonly string[];
  readonly owner: string | null;
  readonly apiKey: string | null;
  readonly catalogVersion: string;
  /** As they came, free of secrets by name and of control characters. */
  readonly details: Readonly<Record<string, unknown>>;
}

export interface AuditQuery {
  /** ISO 8601 with zone, both inclusive; null for no bound. */
  readonly start: string | null;
  readonly end: string | null;
  /** `cloud.api_key` */
  readonly resourceType: string | null;
  /** What an earlier page gave; null for the first one. */
  readonly pageToken: string | null;
}

export interface AuditPage {
  readonly events: readonly AuditEvent[];
  /** Leads to the page after; null on the last one. */
  readonly next: string | null;
}

export interface AuditFacet {
  page(query: AuditQuery): Promise<AuditPage>;
}
