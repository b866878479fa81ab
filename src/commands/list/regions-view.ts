import type { Region } from '../../providers/facets/catalogue.ts';
import { token } from '../../ui/card.ts';
import type { View } from '../../ui/view.ts';
import { listView } from '../list-view.ts';

/** Regions by name. */
export function regionsView(regions: readonly Region[]): View {
  const sorted = [...regions].sort((a, b) => a.name.localeCompare(b.name));
  return listView({
    noun: 'region',
    columns: ['NAME', 'DESCRIPTION'],
    rows: sorted.map(({ name, description }) => [[token('strong', name)], description || '-']),
    none: 'No regions',
    json: sorted.map(({ name, description }) => ({ name, description })),
    quiet: sorted.map(({ name }) => name),
  });
}
