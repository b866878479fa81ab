import { count } from '../../base/text.ts';
import type { Lease } from '../../leases/lease.ts';
import type { Box } from '../../providers/provider.ts';
import { statusTone, type Text, token } from '../../ui/card.ts';
import { formatDuration } from '../../ui/duration.ts';
import type { View } from '../../ui/view.ts';
import { boxJson } from '../box-card.ts';
import { costText, type LeaseLook, shortestEnd } from '../lease-look.ts';
import { type Gathered, openJson } from '../list/boxes.ts';

/** As many characters of an id tell boxes apart, and are enough to name one. */
const shortId = 12;

/** Boxes as borderless columns. @param status only those of this status, whatever its case; null is all. */
export function columnsView({ boxes, open, look }: Gathered, status: string | null): View {
  const shown = status === null ? boxes : boxes.filter((box) => hasStatus(box, status.toLowerCase()));
  const unsettled = status === null || status.toLowerCase() === 'unknown' ? open : [];
  // Where nothing has a price, that is no column.
  const hasCosts = shown.some((box) => (look.of(box.id)?.priceCentsPerHour ?? null) !== null);
  const columns = ['NAME', 'ID', 'STATUS', 'GPU/TYPE', 'UPTIME', 'ENDS', ...(hasCosts ? ['COST'] : [])];
  const rows = [...shown.map((box) => boxRow(box, look)), ...unsettled.map(openRow)].map((row) =>
    hasCosts ? row : row.slice(0, -1),
  );
  const hidden = boxes.length - shown.length;
  return {
    cards:
      rows.length === 0
        ? []
        : [
            {
              title: '',
              rows: [],
              table: {
                look: 'list',
                columns,
                rows,
              },
            },
          ],
    footer:
      rows.length > 0
        ? []
        : [
            hidden > 0
              ? `No boxes are ${status}, ${count(hidden, 'box', 'boxes')} of another status`
              : 'No boxes',
          ],
    json: [...shown.map((box) => boxJson(box, look)), ...unsettled.map(openJson)],
    quiet: shown.map((box) => box.id),
  };
}

/** The provider's own word, or devbox's for it: a running box is `active` at Lambda Cloud. */
function hasStatus(box: Box, status: string): boolean {
  return box.status.toLowerCase() === status || (status === 'running' && box.phase === 'ready');
}

function boxRow(box: Box, { of, now }: LeaseLook): Text[] {
  const lease = of(box.id);
  return [
    box.name ?? '-',
    box.id.slice(0, shortId),
    [token(statusTone(box.status), box.status)],
    box.type ?? '-',
    box.uptimeSeconds === null ? '-' : formatDuration(box.uptimeSeconds),
    lease ? shortestEnd(lease, now) : '-',
    lease ? costText(lease, now) : '-',
  ];
}

/** A launch of which nobody knows the outcome. */
function openRow(lease: Lease): Text[] {
  return [lease.name, '-', [token('bad', 'unknown')], lease.type ?? '-', '-', '-', '-'];
}
