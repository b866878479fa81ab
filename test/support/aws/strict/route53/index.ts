import type { Answer } from '../answer.ts';
import { Refusal } from '../refusal.ts';
import { writeXml, type Xml } from '../xml.ts';
import { canonicalName, type RecordSet, type RouteParams } from './request.ts';
import type { Zone, Zones } from './zones.ts';

/**
 * What Route 53 answers; undefined for an operation that is not imitated.
 * @throws {Refusal}
 */
export function routeAnswer(zones: Zones, action: string, params: RouteParams): Answer | undefined {
  const result = carryOut(zones, action, params);
  if (result === undefined) return undefined;
  const body = writeXml(result, (entry) => entry);
  return {
    status: action.startsWith('Create') ? 201 : 200,
    headers: { 'content-type': 'text/xml', location: 'https://route53.amazonaws.com/2013-04-01/' },
    body: `<?xml version="1.0"?>\n<${action}Response xmlns="https://route53.amazonaws.com/doc/2013-04-01/">${body}</${action}Response>`,
  };
}

function carryOut(zones: Zones, action: string, params: RouteParams): Xml {
  const { query } = params;
  if (action === 'CreateHostedZone') {
    const zone = zones.add(params.name ?? '', params.isPrivate);
    return { HostedZone: zoneView(zone), ChangeInfo: changeInfo('PENDING') };
  }
  if (action === 'DeleteHostedZone') {
    zones.all.delete(zones.zone(params.zoneId).id);
    return { ChangeInfo: changeInfo('PENDING') };
  }
  if (action === 'GetHostedZone') return { HostedZone: zoneView(zones.zone(params.zoneId)) };
  if (action === 'GetChange') return { ChangeInfo: changeInfo('INSYNC') };
  if (action === 'ListHostedZones' || action === 'ListHostedZonesByName') return listZones(zones, query);
  if (action === 'ChangeResourceRecordSets') {
    const zone = zones.zone(params.zoneId);
    if (params.changes.length === 0) throw new Refusal('InvalidInput', 'No changes.');
    zones.change(zone, params.changes);
    return { ChangeInfo: changeInfo('PENDING') };
  }
  if (action === 'ListResourceRecordSets') return listSets(zones.zone(params.zoneId), query);
  return undefined;
}

function listZones(zones: Zones, query: RouteParams['query']): Xml {
  const most = Number(query['maxitems'] ?? 100);
  const from = query['dnsname'] === undefined ? '' : sortKey(canonicalName(query['dnsname']));
  const fromId = query['hostedzoneid'] ?? query['marker'] ?? '';
  const sorted = [...zones.all.values()]
    .map((zone) => ({ zone, key: sortKey(zone.name) }))
    .filter(({ zone, key }) => key > from || (key === from && zone.id >= fromId) || from === '')
    .sort((a, b) => (a.key === b.key ? compare(a.zone.id, b.zone.id) : compare(a.key, b.key)));
  const next = sorted[most]?.zone;
  return {
    HostedZones: sorted.slice(0, most).map(({ zone }) => ({ HostedZone: zoneView(zone) })),
    IsTruncated: next !== undefined,
    NextDNSName: next?.name,
    NextHostedZoneId: next?.id,
    MaxItems: most,
  };
}

function listSets(zone: Zone, query: RouteParams['query']): Xml {
  const most = Number(query['maxitems'] ?? 300);
  const from = query['name'] === undefined ? '' : sortKey(canonicalName(query['name']));
  const fromType = query['type'] ?? '';
  const fromId = query['identifier'] ?? '';
  const sorted = zone.sets
    .map((set) => ({ set, key: [sortKey(set.name), set.type, set.setIdentifier ?? ''] as const }))
    .sort((a, b) => compareKeys(a.key, b.key))
    .filter(({ key }) => compareKeys(key, [from, fromType, fromId]) >= 0);
  const next = sorted[most]?.set;
  return {
    ResourceRecordSets: sorted.slice(0, most).map(({ set }) => ({ ResourceRecordSet: setView(set) })),
    IsTruncated: next !== undefined,
    NextRecordName: next?.name,
    NextRecordType: next?.type,
    NextRecordIdentifier: next?.setIdentifier,
    MaxItems: most,
  };
}

/** Names are sorted by their labels from the right. */
function sortKey(name: string): string {
  return name.split('.').reverse().join('.');
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function compareKeys(a: readonly string[], b: readonly string[]): number {
  for (const [i, part] of a.entries()) {
    const order = compare(part, b[i] ?? '');
    if (order !== 0) return order;
  }
  return 0;
}

function zoneView({ id, name, isPrivate, sets }: Zone): Xml {
  return {
    Id: `/hostedzone/${id}`,
    Name: name,
    CallerReference: id,
    Config: { PrivateZone: isPrivate },
    ResourceRecordSetCount: sets.length,
  };
}

function setView({ name, type, ttl, values, setIdentifier, weight, alias }: RecordSet): Xml {
  return {
    Name: name,
    Type: type,
    SetIdentifier: setIdentifier,
    Weight: weight,
    TTL: ttl,
    ResourceRecords: alias ? undefined : values.map((Value) => ({ ResourceRecord: { Value } })),
    AliasTarget: alias && { HostedZoneId: alias.zoneId, DNSName: alias.target, EvaluateTargetHealth: false },
  };
}

function changeInfo(Status: string): Xml {
  return { Id: '/change/C0000000000001', Status, SubmittedAt: new Date() };
}
