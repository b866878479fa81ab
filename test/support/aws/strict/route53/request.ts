import { readXml, textAt, within } from '../xml.ts';

export interface RecordSet {
  /** Lower case, with a dot at the end. */
  readonly name: string;
  readonly type: string;
  /** Seconds; undefined for an alias. */
  readonly ttl: number | undefined;
  readonly values: readonly string[];
  readonly setIdentifier?: string | undefined;
  readonly weight?: string | undefined;
  readonly alias?: { readonly zoneId: string; readonly target: string } | undefined;
}

export interface Change {
  readonly action: 'CREATE' | 'DELETE' | 'UPSERT';
  readonly set: RecordSet;
}

/** A Route 53 call: what its path, query and body say. */
export interface RouteParams {
  readonly zoneId?: string | undefined;
  readonly query: Readonly<Record<string, string>>;
  readonly changes: readonly Change[];
  /** Of a zone to be made. */
  readonly name?: string | undefined;
  readonly isPrivate: boolean;
}

/** Route 53 names its operations by method and path. */
export function routeAction(method: string, path: string): string {
  const { pathname } = new URL(path, 'http://x');
  const kind = `${method} ${pathname.replace(/^\/2013-04-01/, '').replace(/\/$/, '')}`;
  const known: readonly (readonly [RegExp, string])[] = [
    [/^GET \/hostedzonesbyname$/, 'ListHostedZonesByName'],
    [/^GET \/hostedzone$/, 'ListHostedZones'],
    [/^POST \/hostedzone$/, 'CreateHostedZone'],
    [/^GET \/hostedzone\/[^/]+$/, 'GetHostedZone'],
    [/^DELETE \/hostedzone\/[^/]+$/, 'DeleteHostedZone'],
    [/^POST \/hostedzone\/[^/]+\/rrset$/, 'ChangeResourceRecordSets'],
    [/^GET \/hostedzone\/[^/]+\/rrset$/, 'ListResourceRecordSets'],
    [/^GET \/change\/[^/]+$/, 'GetChange'],
  ];
  return known.find(([pattern]) => pattern.test(kind))?.[1] ?? kind;
}

export function readRoute(path: string, body: string): RouteParams {
  const { pathname, searchParams } = new URL(path, 'http://x');
  const document = body === '' ? undefined : readXml(body);
  const batch = within(within(document, 'ChangeBatch')[0], 'Changes')[0];
  return {
    zoneId: /\/hostedzone\/([^/]+)/.exec(pathname)?.[1],
    query: Object.fromEntries(searchParams),
    changes: within(batch, 'Change').map((change) => {
      const set = within(change, 'ResourceRecordSet')[0];
      const ttl = textAt(set, 'TTL');
      const target = textAt(set, 'AliasTarget', 'DNSName');
      return {
        action: actionOf(textAt(change, 'Action')),
        set: {
          name: canonicalName(textAt(set, 'Name') ?? ''),
          type: textAt(set, 'Type') ?? '',
          ttl: ttl === undefined ? undefined : Number(ttl),
          values: within(within(set, 'ResourceRecords')[0], 'ResourceRecord').map(
            (record) => textAt(record, 'Value') ?? '',
          ),
          setIdentifier: textAt(set, 'SetIdentifier'),
          weight: textAt(set, 'Weight'),
          alias:
            target === undefined
              ? undefined
              : { zoneId: textAt(set, 'AliasTarget', 'HostedZoneId') ?? '', target },
        },
      };
    }),
    name: textAt(document, 'Name'),
    isPrivate:
      within(document, 'VPC').length > 0 || textAt(document, 'HostedZoneConfig', 'PrivateZone') === 'true',
  };
}

function actionOf(word = ''): Change['action'] {
  if (word !== 'CREATE' && word !== 'DELETE' && word !== 'UPSERT') throw new Error(`no action: ${word}`);
  return word;
}

/** Names are lower case with a dot at the end, and unusual characters as octal codes. */
export function canonicalName(name: string): string {
  const lower = name.toLowerCase().replace(/\.?$/, '.');
  return lower.replace(/\*/g, '\\052');
}
