import { BaseRecords } from 'cloudflare/resources/dns/records';
import { BaseZones } from 'cloudflare/resources/zones/zones';
import { createClient } from 'cloudflare/tree-shakable';
import * as z from 'zod/mini';
import { cloudflareError, meansChanged, refusesToken } from './cloudflare-error.ts';
import { dnsMisconfigured } from './configuration.ts';
import { plainName } from './label.ts';
import { type FoundRecord, type OpenedZone, recordTtl, type ZoneRecords, zoneOver } from './zone.ts';

/** For one request, in milliseconds. */
const timeout = 10_000;

/** Requests made again after the first one came to nothing. */
const retries = 2;

/** Most that one page holds of what is listed. */
const pageSize = 50;

const zoneShape = z.object({ id: z.string().check(z.minLength(1)), name: z.string() });
const recordShape = z.object({
  id: z.string().check(z.minLength(1)),
  type: z.string(),
  name: z.string(),
  content: z.nullish(z.string()),
  ttl: z.nullish(z.number()),
  proxied: z.nullish(z.boolean()),
});
const writtenShape = z.object({ posts: z.nullish(z.array(z.object({ id: z.string() }))) });

interface CloudflareRecord extends FoundRecord {
  readonly id: string;
}

/** The part of Cloudflare's own client that is used here. */
interface Client {
  readonly zones: BaseZones;
  readonly dns: { readonly records: BaseRecords };
}

export interface CloudflareAccess {
  readonly token: string;
  /** Another address of the API, such as of a stand-in for it; null is Cloudflare's. */
  readonly baseUrl: string | null;
  /** For tests of what happens when nobody answers, in milliseconds. */
  readonly timeout?: number;
}

/**
 * Finds the one zone of this name that the token may see.
 * @param name lower case, without a dot at the end.
 * @throws where Cloudflare does not answer.
 */
export async function openCloudflare(access: CloudflareAccess, name: string): Promise<OpenedZone> {
  const client = connect(access);
  let found: readonly z.infer<typeof zoneShape>[];
  try {
    const listed = await wholeList(await client.zones.list({ name, per_page: pageSize }));
    found = z
      .array(zoneShape)
      .parse(listed)
      .filter((zone) => plainName(zone.name) === name);
  } catch (error) {
    const card = cloudflareError(error, 'Could not look for the DNS zone', name, access.token);
    if (refusesToken(error)) return { kind: 'misconfigured', error: card };
    throw card;
  }
  const [zone, ...more] = found;
  if (zone === undefined)
    return {
      kind: 'misconfigured',
      error: dnsMisconfigured(
        'zone-not-found',
        `Cloudflare shows no zone ${name} to this token.`,
        [{ label: 'Zone', value: name }],
        'Correct the parameter dns/zone, or give the token the permissions Zone Read and DNS Write for this zone.',
      ),
    };
  if (more.length > 0)
    return {
      kind: 'misconfigured',
      error: dnsMisconfigured(
        'zone-ambiguous',
        `Cloudflare shows ${found.length} zones ${name} to this token.`,
        [{ label: 'Zones', value: found.map(({ id }) => id).join(', ') }],
        'Use a token that may see only the one in use.',
      ),
    };
  return {
    kind: 'open',
    zone: zoneOver({ provider: 'cloudflare', zone: name }, recordsIn(client, zone.id, access.token)),
  };
}

/** Nothing is taken from the variables that Cloudflare's client would read by itself. */
function connect({ token, baseUrl, timeout: given }: CloudflareAccess): Client {
  return createClient({
    resources: [BaseZones, BaseRecords],
    apiToken: token,
    apiKey: null,
    apiEmail: null,
    userServiceKey: null,
    baseURL: baseUrl ?? 'https://api.cloudflare.com/client/v4',
    timeout: given ?? timeout,
    maxRetries: retries,
    logLevel: 'off',
  });
}

interface Page {
  getPaginatedItems(): unknown[];
  getNextPage(): Promise<Page>;
}

/** Cloudflare's client would ask for one page more than there is. */
async function wholeList(first: Page): Promise<unknown[]> {
  const items: unknown[] = [];
  for (let page = first; ; page = await page.getNextPage()) {
    items.push(...page.getPaginatedItems());
    if (page.getPaginatedItems().length < pageSize) return items;
  }
}

function recordsIn(client: Client, zoneId: string, token: string): ZoneRecords<CloudflareRecord> {
  return {
    at: async (name) => {
      try {
        const listed = await wholeList(
          await client.dns.records.list({ zone_id: zoneId, name: { exact: name }, per_page: pageSize }),
        );
        const records = z.array(recordShape).parse(listed);
        return records.filter((record) => plainName(record.name) === name).map(recordOf);
      } catch (error) {
        throw cloudflareError(error, 'Could not look at the DNS name', name, token);
      }
    },
    write: async ({ remove, add }) => {
      try {
        // One change, all or nothing; the record that takes another's place has an id of its own, so that whoever is about
        // to remove the old one does not hit it.
        const answer: unknown = await client.dns.records.batch({
          zone_id: zoneId,
          deletes: remove.map(({ id }) => ({ id })),
          posts: add === null ? [] : [madeRecord(add)],
        });
        return { kind: 'written', id: writtenShape.safeParse(answer).data?.posts?.[0]?.id ?? null };
      } catch (error) {
        const card = cloudflareError(error, 'Could not change the DNS name', add?.name ?? null, token);
        if (meansChanged(error)) return { kind: 'changed', error: card };
        throw card;
      }
    },
  };
}

function recordOf({ id, type, content, ttl, proxied }: z.infer<typeof recordShape>): CloudflareRecord {
  return {
    id,
    type,
    target: type === 'CNAME' && content ? plainName(content) : null,
    asMade: ttl === recordTtl && proxied !== true,
  };
}

function madeRecord({ name, target }: { readonly name: string; readonly target: string }) {
  return {
    type: 'CNAME' as const,
    name,
    content: target,
    ttl: recordTtl,
    proxied: false,
    comment: 'Made by devbox; goes with its box.',
  };
}
