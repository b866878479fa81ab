import { count } from '../../base/text.ts';
import type { Lease } from '../../leases/lease.ts';
import type { Box } from '../../providers/provider.ts';
import { type Card, token } from '../../ui/card.ts';
import type { View } from '../../ui/view.ts';
import { askProviders, tellUnseen } from '../ask-providers.ts';
import { boxCard, boxJson } from '../box-card.ts';
import type { CommandDeps } from '../command.ts';
import { type LeaseLook, lookAtLeases } from '../lease-look.ts';
import { allLeases, isUnsettled } from '../leased.ts';
import { tellOpen } from '../settle-leases.ts';

/** Boxes with what leases say of them, and the leases of launches of which nobody knows the outcome. */
export interface Gathered {
  readonly boxes: readonly Box[];
  readonly open: readonly Lease[];
  readonly look: LeaseLook;
}

/** The boxes of `gatherBoxes` as cards. */
export async function listBoxes(deps: CommandDeps): Promise<View> {
  return view(await gatherBoxes(deps));
}

/**
 * Gathers the boxes of the configured provider. Where the user named none, also those of every provider that a lease
 * knows of, so that no running box is out of sight; then a provider that cannot be asked is only worth a warning.
 */
export async function gatherBoxes(deps: CommandDeps): Promise<Gathered> {
  const all = await allLeases(deps);
  const { asked, failed } = await askProviders(all, deps);
  for (const error of failed) {
    deps.emit({ type: 'notice', level: 'warning', message: `Not all boxes are shown: ${error.message}` });
  }
  tellUnseen(all, asked, deps);
  const boxes = new Map(asked.flatMap((one) => one.boxes).map((box) => [box.id, box]));
  const leases = new Map(asked.flatMap((one) => one.leases).map((lease) => [lease.id, lease]));
  for (const one of asked) tellOpen(one.leases.filter(isUnsettled), one.boxes, deps.emit);
  return {
    boxes: [...boxes.values()],
    open: [...leases.values()].filter(isUnsettled),
    look: await lookAtLeases(deps),
  };
}

function view({ boxes, open, look }: Gathered): View {
  return {
    cards: [...boxes.map((box) => boxCard(box, { look })), ...open.map(openCard)],
    footer: [
      boxes.length === 0 ? 'No instances' : count(boxes.length, 'instance'),
      ...(open.length > 0 ? [`${count(open.length, 'launch', 'launches')} without an answer so far`] : []),
    ],
    json: [...boxes.map((box) => boxJson(box, look)), ...open.map(openJson)],
    quiet: boxes.map((box) => box.id),
  };
}

/** A launch of which nobody knows the outcome: it may cost money, so it is shown beside the boxes. */
function openCard(lease: Lease): Card {
  return {
    title: lease.name,
    mood: 'warning',
    rows: [
      { label: 'Status', value: [token('bad', status(lease))] },
      { label: 'Lease', value: lease.id },
      {
        label: 'Asked for',
        value: [lease.type, lease.region].filter(Boolean).join(' in ') || lease.provider,
      },
      { label: 'At', value: lease.createdAt },
    ],
  };
}

/** Such a launch in `--json`. */
export function openJson(lease: Lease): Readonly<Record<string, unknown>> {
  const { id, name, provider, region, type, createdAt } = lease;
  return {
    id: null,
    name,
    provider,
    status: status(lease),
    phase: 'unknown',
    lease: id,
    region,
    instance_type: type,
    created_at: createdAt,
  };
}

function status(lease: Lease): string {
  return lease.state === 'intended' ? 'being launched' : 'unknown: the answer to its launch was lost';
}
