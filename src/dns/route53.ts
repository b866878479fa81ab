import {
  ChangeResourceRecordSetsCommand,
  type HostedZone,
  ListHostedZonesByNameCommand,
  ListResourceRecordSetsCommand,
  type ResourceRecordSet,
  type Route53Client,
} from '@aws-sdk/client-route-53';
import { awsError, awsFailureOf } from '../base/aws/failure.ts';
import { dnsMisconfigured } from './configuration.ts';
import { plainName } from './label.ts';
import { type FoundRecord, type OpenedZone, recordTtl, type ZoneRecords, zoneOver } from './zone.ts';

interface Route53Record extends FoundRecord {
  /** As Route 53 gave it: only exactly this can be deleted. */
  readonly exact: ResourceRecordSet;
}

/**
 * Finds the one public zone of this name.
 * @param name lower case, without a dot at the end.
 * @throws where Route 53 does not answer, or not to us.
 */
export async function openRoute53(client: Route53Client, name: string): Promise<OpenedZone> {
  const found = await publicZones(client, name);
  const [zone, ...more] = found;
  if (zone === undefined)
    return {
      kind: 'misconfigured',
      error: dnsMisconfigured(
        'zone-not-found',
        `Route 53 has no public zone ${name} in this account.`,
        [{ label: 'Zone', value: name }],
        'Create the hosted zone, or correct the parameter dns/zone. A private zone does not serve.',
      ),
    };
  if (more.length > 0)
    return {
      kind: 'misconfigured',
      error: dnsMisconfigured(
        'zone-ambiguous',
        `Route 53 has ${found.length} public zones ${name} in this account, and only one of them is asked by the world.`,
        [{ label: 'Zones', value: found.map(zoneId).join(', ') }],
        'Delete those that the registrar does not name.',
      ),
    };
  return {
    kind: 'open',
    zone: zoneOver({ provider: 'route53', zone: name }, recordsIn(client, zoneId(zone))),
  };
}

/** Zones are listed in the order of their names, beginning with the one asked for. */
async function publicZones(client: Route53Client, name: string): Promise<readonly HostedZone[]> {
  const found: HostedZone[] = [];
  let from: { DNSName: string; HostedZoneId?: string } = { DNSName: `${name}.` };
  for (;;) {
    const page = await client
      .send(new ListHostedZonesByNameCommand({ ...from, MaxItems: 100 }))
      .catch((error: unknown) => {
        throw failed(error, 'Could not look for the DNS zone', name);
      });
    const zones = page.HostedZones ?? [];
    const named = zones.filter((zone) => plainName(zone.Name ?? '') === name);
    found.push(...named.filter((zone) => zone.Config?.PrivateZone !== true));
    if (!page.IsTruncated || named.length < zones.length || page.NextDNSName === undefined) return found;
    from = {
      DNSName: page.NextDNSName,
      ...(page.NextHostedZoneId === undefined ? {} : { HostedZoneId: page.NextHostedZoneId }),
    };
  }
}

/** `/hostedzone/Z123` is `Z123`. */
function zoneId({ Id = '' }: HostedZone): string {
  return Id.slice(Id.lastIndexOf('/') + 1);
}

function recordsIn(client: Route53Client, hostedZone: string): ZoneRecords<Route53Record> {
  return {
    at: async (name) => {
      const found: Route53Record[] = [];
      let from: Partial<Pick<ResourceRecordSet, 'Type' | 'SetIdentifier'>> & { Name: string } = {
        Name: `${name}.`,
      };
      for (;;) {
        const page = await client
          .send(
            new ListResourceRecordSetsCommand({
              HostedZoneId: hostedZone,
              StartRecordName: from.Name,
              StartRecordType: from.Type,
              StartRecordIdentifier: from.SetIdentifier,
            }),
          )
          .catch((error: unknown) => {
            throw failed(error, 'Could not look at the DNS name', name);
          });
        const sets = page.ResourceRecordSets ?? [];
        const named = sets.filter((set) => plainName(set.Name ?? '') === name);
        found.push(...named.map(recordOf));
        if (!page.IsTruncated || named.length < sets.length || page.NextRecordName === undefined)
          return found;
        from = {
          Name: page.NextRecordName,
          ...(page.NextRecordType === undefined ? {} : { Type: page.NextRecordType }),
          ...(page.NextRecordIdentifier === undefined ? {} : { SetIdentifier: page.NextRecordIdentifier }),
        };
      }
    },
    write: async ({ remove, add }) => {
      const added: ResourceRecordSet[] = add === null ? [] : [madeRecord(add)];
      try {
        await client.send(
          new ChangeResourceRecordSetsCommand({
            HostedZoneId: hostedZone,
            ChangeBatch: {
              Changes: [
                ...remove.map(({ exact }) => ({ Action: 'DELETE' as const, ResourceRecordSet: exact })),
                // Not UPSERT, which would take over what somebody has made in between.
                ...added.map((set) => ({ Action: 'CREATE' as const, ResourceRecordSet: set })),
              ],
            },
          }),
        );
        return { kind: 'written', id: null };
      } catch (error) {
        const name = add?.name ?? plainName(remove[0]?.exact.Name ?? '');
        const card = failed(error, 'Could not change the DNS name', name);
        if (awsFailureOf(error)?.name === 'InvalidChangeBatch') return { kind: 'changed', error: card };
        throw card;
      }
    },
  };
}

function recordOf(exact: ResourceRecordSet): Route53Record {
  const values = exact.ResourceRecords ?? [];
  const [only] = values;
  const simple = exact.AliasTarget === undefined && exact.SetIdentifier === undefined && values.length === 1;
  return {
    type: exact.Type ?? '',
    target: exact.Type === 'CNAME' && simple ? plainName(only?.Value ?? '') : null,
    asMade: exact.TTL === recordTtl && exact.HealthCheckId === undefined,
    id: null,
    exact,
  };
}

function madeRecord({ name, target }: { readonly name: string; readonly target: string }): ResourceRecordSet {
  return { Name: `${name}.`, Type: 'CNAME', TTL: recordTtl, ResourceRecords: [{ Value: target }] };
}

function failed(error: unknown, doing: string, name: string): unknown {
  return awsError(error, { doing, details: [{ label: 'Name', value: name }] });
}
