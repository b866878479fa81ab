import { isSecretKey, redact } from '../../base/redact.ts';
import { cleanLine } from '../../base/text.ts';
import type { AuditEvent, AuditFacet } from '../facets/audit.ts';
import type { LambdaClient } from './client.ts';
import { auditEvents, type WireAuditEvent } from './wire.ts';

/** What was done in the account, page by page, as both versions of the API tell it. */
export function auditOf(client: LambdaClient): AuditFacet {
  return {
    async page({ start, end, resourceType, pageToken: from }) {
      const query = new URLSearchParams(
        Object.entries({ start, end, resource_type: resourceType, page_token: from }).flatMap(
          ([key, value]): [string, string][] => (value === null ? [] : [[key, value]]),
        ),
      );
      const path = query.size === 0 ? '/audit-events' : `/audit-events?${query}`;
      const { data, page_token } = await client.getEnvelope(path, auditEvents);
      const { events, page_token: token } = 'events' in data ? data : { events: data, page_token };
      return { events: events.map(eventOf), next: token || null };
    },
  };
}

function eventOf(wire: WireAuditEvent): AuditEvent {
  return {
    id: cleanLine(wire.event_id),
    time: cleanLine(wire.event_time, 100),
    service: cleanLine(wire.service_name ?? ''),
    resource: cleanLine(wire.resource_name ?? ''),
    action: cleanLine(wire.action ?? ''),
    actor: clean(wire.actor_lrn),
    resources: (wire.resource_lrns ?? []).map((each) => cleanLine(each)),
    owner: clean(wire.resource_owner_lrn),
    apiKey: clean(wire.request_api_key_lrn),
    catalogVersion: cleanLine(wire.catalog_version ?? ''),
    details: detailsOf(wire.additional_details ?? {}, 0),
  };
}

const clean = (text: string | null | undefined): string | null => cleanLine(text ?? '') || null;

/** Deepest nesting of free-form details that is kept. */
const deepest = 6;

function detailsOf(value: Readonly<Record<string, unknown>>, depth: number): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) => [
      cleanLine(key, 200),
      isSecretKey(key) ? '[hidden]' : detailOf(part, depth + 1),
    ]),
  );
}

function detailOf(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return cleanLine(redact(value), 2000);
  if (typeof value !== 'object' || value === null) return value;
  if (depth > deepest) return '...';
  return Array.isArray(value)
    ? value.map((part) => detailOf(part, depth + 1))
    : detailsOf({ ...value }, depth);
}
