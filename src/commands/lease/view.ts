import type { Lease } from '../../leases/lease.ts';
import { type Card, type Row, type Text, token } from '../../ui/card.ts';
import { dollarsPerHour } from '../../ui/units.ts';
import type { View } from '../../ui/view.ts';
import { costText, type LeaseLook, shortEnd, termJson, termRows } from '../lease-look.ts';
import { listView } from '../list-view.ts';

/** Leases as columns. */
export function leasesView(leases: readonly Lease[], look: LeaseLook): View {
  // Whose they are is of interest where they are not all one's own.
  const isShared = leases.some(({ owner }) => owner.user !== look.user.name || owner.host !== look.user.host);
  return listView({
    noun: 'lease',
    columns: [
      ...['NAME', 'LEASE', 'STATE', 'PROVIDER', 'TYPE', 'ENDS', 'COST'],
      ...(isShared ? ['OWNER'] : []),
    ],
    rows: leases.map((lease) => [
      lease.name,
      lease.id,
      stateText(lease),
      lease.provider,
      lease.type ?? '-',
      shortEnd(lease, look.now),
      costText(lease, look.now),
      ...(isShared ? [`${lease.owner.user}@${lease.owner.host}`] : []),
    ]),
    none: 'No leases',
    json: leases.map((lease) => leaseJson(lease, look)),
    quiet: leases.map(({ id }) => id),
  });
}

/** One lease with all that it says. */
export function leaseView(lease: Lease, look: LeaseLook, footer: readonly Text[] = []): View {
  return { cards: [leaseCard(lease, look)], footer, json: leaseJson(lease, look), quiet: [lease.id] };
}

function leaseCard(lease: Lease, look: LeaseLook): Card {
  const rows: Row[] = [
    { label: 'Lease', value: lease.id },
    { label: 'Slug', value: lease.slug },
    { label: 'State', value: stateText(lease) },
    { label: 'Box', value: lease.instanceId ?? '-' },
    { label: 'Provider', value: [lease.provider, ...apiTexts(lease)].join(', ') },
    { label: 'Account', value: lease.account },
    ...maybe('Region', lease.region),
    ...maybe('Type', lease.type),
    { label: 'Owner', value: `${lease.owner.user}@${lease.owner.host}, ${lease.owner.directory}` },
    ...maybe('SSH Key', lease.sshKey && `${lease.sshKey.name}${lease.sshKey.made ? ', made by devbox' : ''}`),
    ...maybe('Price', lease.priceCentsPerHour === null ? null : dollarsPerHour(lease.priceCentsPerHour)),
    ...maybe('Launched', lease.launchedAt),
    ...termRows(lease, look)
      .filter(({ label }) => label !== 'Owner')
      .map((row) => (row.label === 'Lease' ? { ...row, label: 'End' } : row)),
    ...maybe('Unused Since', lease.idleSince),
    ...maybe('Note', lease.note),
  ];
  const isOpen = lease.instanceId === null;
  return { title: lease.name, ...(isOpen ? { mood: 'warning' as const } : {}), rows };
}

/** A lease in `--json`. */
export function leaseJson(lease: Lease, look: Omit<LeaseLook, 'of'>): Readonly<Record<string, unknown>> {
  return {
    ...termJson(lease, look),
    name: lease.name,
    state: lease.state,
    instance_id: lease.instanceId,
    provider: lease.provider,
    api: lease.api,
    api_settings: lease.apiSettings,
    account: lease.account,
    region: lease.region,
    instance_type: lease.type,
    ssh_key: lease.sshKey && { name: lease.sshKey.name, managed: lease.sshKey.made },
    price_cents_per_hour: lease.priceCentsPerHour,
    request: lease.request,
    mark: lease.mark,
    idle_since: lease.idleSince,
    created_at: lease.createdAt,
    updated_at: lease.updatedAt,
    note: lease.note,
  };
}

function apiTexts({ api, apiSettings }: Lease): string[] {
  return [`api=${api}`, ...Object.entries(apiSettings).map(([key, value]) => `${key} ${value}`)];
}

function stateText({ state }: Lease): Text {
  switch (state) {
    case 'ready':
      return [token('good', state)];
    case 'indeterminate':
      return [token('bad', state)];
    case 'intended':
    case 'launched':
      return [token('busy', state)];
    case 'released':
      return [token('dim', state)];
  }
}

function maybe(label: string, value: string | null): Row[] {
  return value === null ? [] : [{ label, value }];
}
