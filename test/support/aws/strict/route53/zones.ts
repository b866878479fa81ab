import { Refusal } from '../refusal.ts';
import { type Change, canonicalName, type RecordSet } from './request.ts';

export interface Zone {
  /** `Z...` */
  readonly id: string;
  /** Lower case, with a dot at the end. */
  readonly name: string;
  readonly isPrivate: boolean;
  sets: readonly RecordSet[];
}

/** The hosted zones of an account and the record sets in them. */
export class Zones {
  readonly all = new Map<string, Zone>();

  /** Two zones can have one name. */
  add(name: string, isPrivate = false): Zone {
    const id = `Z${String(this.all.size + 1).padStart(13, '0')}TEST`;
    const own = canonicalName(name);
    const server = 'ns-1.awsdns-01.org.';
    const zone: Zone = {
      id,
      name: own,
      isPrivate,
      sets: [
        { name: own, type: 'NS', ttl: 172_800, values: [server] },
        {
          name: own,
          type: 'SOA',
          ttl: 900,
          values: [`${server} admin.amazon.com. 1 7200 900 1209600 86400`],
        },
      ],
    };
    this.all.set(id, zone);
    return zone;
  }

  zone(id = ''): Zone {
    const zone = this.all.get(id);
    if (!zone) throw new Refusal('NoSuchHostedZone', `No hosted zone found with ID: ${id}`, 404);
    return zone;
  }

  /** Changes all or nothing. */
  change(zone: Zone, changes: readonly Change[]): void {
    let sets = zone.sets;
    for (const change of changes) sets = changed(zone, sets, change);
    for (const { name, type } of sets) {
      const others = sets.filter((other) => other.name === name && other.type !== type);
      if (type === 'CNAME' && others.length > 0) {
        throw invalid(
          `RRSet of type CNAME with DNS name ${name} is not permitted as it conflicts with other records with the same DNS name in zone ${zone.name}`,
        );
      }
    }
    zone.sets = sets;
  }
}

function changed(zone: Zone, sets: readonly RecordSet[], { action, set }: Change): readonly RecordSet[] {
  const { name, type, ttl, values, alias } = set;
  const quoted = `[name='${name}', type='${type}']`;
  if (name !== zone.name && !name.endsWith(`.${zone.name}`)) {
    throw invalid(`RRSet with DNS name ${name} is not permitted in zone ${zone.name}`);
  }
  const current = sets.find((other) => isSame(other, set));
  const rest = sets.filter((other) => other !== current);
  if (action === 'DELETE') {
    if (!current) throw invalid(`Tried to delete resource record set ${quoted} but it was not found`);
    if (!isEqual(current, set)) {
      throw invalid(
        `Tried to delete resource record set ${quoted} but the values provided do not match the current values`,
      );
    }
    return rest;
  }
  if (action === 'CREATE' && current) {
    throw invalid(`Tried to create resource record set ${quoted} but it already exists`);
  }
  if (alias === undefined && (ttl === undefined || values.length === 0)) {
    throw new Refusal(
      'InvalidInput',
      `Invalid request: Missing field 'TTL' or 'ResourceRecords' in Change ${quoted}`,
    );
  }
  if (type === 'CNAME' && name === zone.name) {
    throw invalid(`RRSet of type CNAME with DNS name ${name} is not permitted at apex in zone ${zone.name}`);
  }
  if (type === 'CNAME' && values.length > 1) {
    throw invalid(`RRSet of type CNAME with DNS name ${name} is not permitted to have more than one value`);
  }
  return [...rest, set];
}

function isSame(a: RecordSet, b: RecordSet): boolean {
  return a.name === b.name && a.type === b.type && a.setIdentifier === b.setIdentifier;
}

function isEqual(a: RecordSet, b: RecordSet): boolean {
  return (
    a.ttl === b.ttl &&
    a.weight === b.weight &&
    a.alias?.target === b.alias?.target &&
    JSON.stringify([...a.values].sort()) === JSON.stringify([...b.values].sort())
  );
}

function invalid(message: string): Refusal {
  return new Refusal('InvalidChangeBatch', `[${message}]`);
}
