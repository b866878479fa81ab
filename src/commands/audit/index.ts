import * as z from 'zod/mini';
import { parseSince, sinceForms, sinceTime } from '../../base/since.ts';
import { count } from '../../base/text.ts';
import type { AuditEvent, AuditFacet, AuditQuery } from '../../providers/facets/audit.ts';
import { token } from '../../ui/card.ts';
import type { View } from '../../ui/view.ts';
import { defineCommand } from '../command.ts';
import { requireFacet } from '../require-facet.ts';

const moment = z.nullable(
  z.string().check(z.refine((text) => parseSince(text) !== undefined, { error: `must be ${sinceForms}` })),
);

export const audit = defineCommand({
  name: 'audit',
  summary: 'list what was done in the account, by whom and when',
  examples: [
    'devbox audit --start 24h',
    'devbox audit start=2026-03-01T00:00:00Z end=2026-03-02T00:00:00Z --json',
    'devbox audit --resource-type cloud.api_key pages=null',
  ],
  positionals: [],
  flags: { since: 'start', until: 'end' },
  shape: {
    start: moment.check(z.describe('the earliest: a time with zone, or an age such as 24h')),
    end: moment.check(z.describe('the latest: a time with zone, or an age such as 1h')),
    resource_type: z
      .nullable(z.string().check(z.regex(/^\S+$/, 'a type such as cloud.api_key')))
      .check(z.describe('only what was done to things of this type, such as cloud.api_key')),
    pages: z
      .nullable(z.int().check(z.minimum(1, 'at least 1')))
      .check(z.describe('how many pages to read at most; null is all')),
    page_token: z
      .nullable(z.string().check(z.minLength(1, 'a token')))
      .check(z.describe('goes on where an earlier call ended')),
  },
  async run({ start, end, resource_type, pages, page_token }, deps) {
    const facet = requireFacet(await deps.provider(), 'audit');
    const now = deps.context.clock.now();
    const first: AuditQuery = {
      start: timeOf(start, now),
      end: timeOf(end, now),
      resourceType: resource_type,
      pageToken: page_token,
    };
    const { events, next } = await readPages(facet, first, pages);
    if (next !== null) {
      deps.emit({
        type: 'notice',
        level: 'info',
        message: 'There is more',
        hint: `The same again with page_token=${next}, or with pages=null for all`,
      });
    }
    return { view: auditView(events) };
  },
});

function timeOf(text: string | null, now: number): string | null {
  const since = text === null ? undefined : parseSince(text);
  return since === undefined ? null : new Date(sinceTime(since, now)).toISOString();
}

/** Follows the tokens. A token that comes a second time would lead round in a circle, so it ends there. */
async function readPages(
  facet: AuditFacet,
  first: AuditQuery,
  most: number | null,
): Promise<{ events: AuditEvent[]; next: string | null }> {
  const events: AuditEvent[] = [];
  const seen = new Set<string>();
  let next = first.pageToken;
  for (let read = 0; most === null || read < most; read++) {
    const page = await facet.page({ ...first, pageToken: next });
    events.push(...page.events);
    next = page.next;
    if (next === null || seen.has(next)) return { events, next: null };
    seen.add(next);
  }
  return { events, next };
}

function auditView(events: readonly AuditEvent[]): View {
  return {
    cards: events.map((event) => ({
      title: [event.service, event.resource, event.action].filter(Boolean).join(' '),
      rows: [
        { label: 'Time', value: event.time },
        ...row('Actor', event.actor),
        ...row('API Key', event.apiKey),
        ...row('Resources', event.resources.join(', ')),
        ...row('Owner', event.owner),
        ...row('Details', Object.keys(event.details).length === 0 ? '' : JSON.stringify(event.details)),
        { label: 'Event', value: [token('dim', event.id)] },
      ],
    })),
    footer: [events.length === 0 ? 'No events' : count(events.length, 'event')],
    json: events.map(eventJson),
    quiet: events.map(({ id }) => id),
  };
}

const row = (label: string, value: string | null) => (value ? [{ label, value }] : []);

function eventJson(event: AuditEvent): Readonly<Record<string, unknown>> {
  return {
    event_id: event.id,
    event_time: event.time,
    service_name: event.service,
    resource_name: event.resource,
    action: event.action,
    actor_lrn: event.actor,
    resource_lrns: event.resources,
    resource_owner_lrn: event.owner,
    request_api_key_lrn: event.apiKey,
    catalog_version: event.catalogVersion,
    additional_details: event.details,
  };
}
