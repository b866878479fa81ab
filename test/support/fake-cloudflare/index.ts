import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { type Fault, type FaultKind, Faults } from '../faults.ts';

/** The token that the stand-in accepts; the real ones have 40 characters too. */
export const fakeToken = 'cf0123456789abcdefABCDEF0123456789abcdef';

/** A record as Cloudflare gives it, as far as anybody here reads it. */
export interface FakeRecord {
  readonly id: string;
  readonly type: string;
  readonly name: string;
  readonly content: string;
  readonly ttl: number;
  readonly proxied: boolean;
  readonly comment?: string;
}

/**
 * A stand-in for the part of Cloudflare's API (v4) that sets names, on this machine: see README.md beside this file.
 */
export interface FakeCloudflare {
  /** In place of `https://api.cloudflare.com/client/v4`. */
  readonly url: string;
  /** `GET /zones`, in order, faults included. */
  readonly calls: readonly string[];
  /** @returns the id of the zone. */
  addZone(name: string): string;
  /** Puts a record there without being asked over HTTP; what is not said is as devbox makes it. */
  addRecord(zone: string, record: Partial<FakeRecord> & { readonly name: string }): FakeRecord;
  /** Every record of every zone of this name. */
  records(zone: string): readonly FakeRecord[];
  fault(fault: Fault): void;
  /** @throws what was asked that nobody imitates, and the faults that no call met. */
  end(): Promise<void>;
}

interface Zone {
  readonly id: string;
  readonly name: string;
  records: readonly FakeRecord[];
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

export async function startFakeCloudflare(): Promise<FakeCloudflare> {
  const zones: Zone[] = [];
  const calls: string[] = [];
  const problems: string[] = [];
  const faults = new Faults();
  let made = 0;
  const nextId = (): string => (++made).toString(16).padStart(32, '0');

  const record = (part: Partial<FakeRecord> & { readonly name: string }): FakeRecord => ({
    id: nextId(),
    type: 'CNAME',
    content: 'ec2-198-51-100-1.compute-1.amazonaws.com',
    ttl: 300,
    proxied: false,
    ...part,
  });

  const answer = (method: string, url: URL, body: string): Answer => {
    const [, collection, zoneId, records, batch] = url.pathname.split('/');
    if (collection !== 'zones') return unexpected(problems, method, url);
    if (zoneId === undefined && method === 'GET') {
      const name = url.searchParams.get('name');
      const found = zones.filter((zone) => name === null || zone.name === name.toLowerCase());
      return listed(
        found.map(({ id, name: zoneName }) => ({ id, name: zoneName, status: 'active', type: 'full' })),
        url,
      );
    }
    const zone = zones.find(({ id }) => id === zoneId);
    if (zone === undefined || records !== 'dns_records') return unexpected(problems, method, url);
    if (method === 'GET' && batch === undefined) {
      const name = url.searchParams.get('name.exact');
      if (name === null) return unexpected(problems, method, url);
      return listed(
        zone.records.filter((each) => each.name === name.toLowerCase()),
        url,
      );
    }
    if (method === 'POST' && batch === 'batch') return changed(zone, body, record);
    return unexpected(problems, method, url);
  };

  async function exchange(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const method = message.method ?? '';
    const url = new URL(message.url ?? '', 'http://here');
    const body = await text(message);
    calls.push(`${method} ${url.pathname}`);
    const fault = faults.take(method, url.pathname);
    const send = ({ status, body: json }: Answer): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(json));
    };
    const early = fault === undefined ? undefined : answerOf(fault);
    if (early) return send(early);
    if (fault?.kind === 'drop-before') return void response.destroy();
    if (message.headers.authorization !== `Bearer ${fakeToken}`) return send(notAllowed);
    const late = answer(method, url, body);
    if (fault?.kind === 'drop-after') return void response.destroy();
    if (fault?.kind === 'slow')
      await new Promise((resolve) => setTimeout(resolve, fault.milliseconds).unref());
    send(late);
  }

  const server = createServer((message, response) => {
    exchange(message, response).catch((error: unknown) => {
      problems.push(`the stand-in itself failed: ${error instanceof Error ? error.stack : String(error)}`);
      response.destroy();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no port');

  return {
    url: `http://127.0.0.1:${address.port}`,
    calls,
    addZone: (name) => {
      const zone = { id: nextId(), name: name.toLowerCase(), records: [] };
      zones.push(zone);
      return zone.id;
    },
    addRecord: (name, part) => {
      const zone = zones.find((each) => each.name === name);
      if (zone === undefined) throw new Error(`there is no zone ${name}`);
      const added = record(part);
      zone.records = [...zone.records, added];
      return added;
    },
    records: (name) => zones.filter((zone) => zone.name === name).flatMap((zone) => zone.records),
    fault: (fault) => faults.add(fault),
    end: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close').catch(() => undefined);
      const wrong = [...problems, ...faults.unused()];
      if (wrong.length > 0) throw new Error(`fake Cloudflare:\n  ${wrong.join('\n  ')}`);
    },
  };
}

/** Deletes come first, then what is posted; if one of them cannot be done, none is. */
function changed(
  zone: Zone,
  body: string,
  record: (part: Partial<FakeRecord> & { readonly name: string }) => FakeRecord,
): Answer {
  const { deletes = [], posts = [] }: { deletes?: { id: string }[]; posts?: FakeRecord[] } = JSON.parse(body);
  let left = zone.records;
  for (const { id } of deletes) {
    if (!left.some((each) => each.id === id)) return refusal(404, 81044, 'Record does not exist.');
    left = left.filter((each) => each.id !== id);
  }
  const added: FakeRecord[] = [];
  for (const post of posts) {
    if (post.ttl !== 1 && (post.ttl < 60 || post.ttl > 86_400))
      return refusal(400, 9021, 'Invalid TTL. Must be between 60 and 86400 seconds, or 1 for Automatic.');
    const name = post.name.toLowerCase();
    const same = left.filter((each) => each.name === name);
    if (same.some((each) => each.type === post.type && each.content === post.content))
      return refusal(400, 81058, 'An identical record already exists.');
    if (post.type === 'CNAME' && same.some(({ type }) => ['A', 'AAAA', 'CNAME'].includes(type)))
      return refusal(400, 81053, 'An A, AAAA, or CNAME record with that host already exists.');
    const created = record({ ...post, name });
    added.push(created);
    left = [...left, created];
  }
  zone.records = left;
  return { status: 200, body: whole({ deletes, patches: [], posts: added, puts: [] }) };
}

const notAllowed = refusal(403, 9109, 'Invalid access token');

function refusal(status: number, code: number, message: string): Answer {
  return { status, body: { result: null, success: false, errors: [{ code, message }], messages: [] } };
}

function whole(result: unknown): Readonly<Record<string, unknown>> {
  return { result, success: true, errors: [], messages: [] };
}

function listed(all: readonly unknown[], url: URL): Answer {
  const page = Number(url.searchParams.get('page') ?? 1);
  const size = Number(url.searchParams.get('per_page') ?? 20);
  const items = all.slice((page - 1) * size, page * size);
  const info = {
    page,
    per_page: size,
    count: items.length,
    total_count: all.length,
    total_pages: Math.ceil(all.length / size),
  };
  return { status: 200, body: { ...whole(items), result_info: info } };
}

/** What a fault answers in place of the API; undefined where it only delays or drops. */
function answerOf(fault: FaultKind): Answer | undefined {
  if (fault.kind === 'refuse')
    return refusal(fault.status ?? 400, Number(fault.code), fault.message ?? 'Refused for the test.');
  if (fault.kind === 'answer') return { status: 200, body: fault.json };
  return undefined;
}

function unexpected(problems: string[], method: string, url: URL): Answer {
  problems.push(`nobody imitates ${method} ${url.pathname}${url.search}`);
  return refusal(404, 7003, 'Could not route to that path, perhaps your object identifier is invalid?');
}
