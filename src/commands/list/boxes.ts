import { DevboxError } from '../../base/errors.ts';
import { count } from '../../base/text.ts';
import type { Lease } from '../../leases/lease.ts';
import type { Box, Provider } from '../../providers/provider.ts';
import { type Card, token } from '../../ui/card.ts';
import type { View } from '../../ui/view.ts';
import { boxCard, boxJson } from '../box-card.ts';
import type { CommandDeps } from '../command.ts';
import { allLeases, concerns, isUnsettled } from '../leased.ts';

/** Boxes, and the leases of launches of which nobody knows the outcome. */
export interface Gathered {
  readonly boxes: readonly Box[];
  readonly open: readonly Lease[];
}

/** The boxes of `gatherBoxes` as cards. */
export async function listBoxes(deps: CommandDeps): Promise<View> {
  const { boxes, open } = await gatherBoxes(deps);
  return view(boxes, open);
}

/**
 * Gathers the boxes of the configured provider. Where the user named none, also those of every provider that a lease
 * knows of, so that no running box is out of sight; then a provider that cannot be asked is only worth a warning.
 */
export async function gatherBoxes(deps: CommandDeps): Promise<Gathered> {
  const leases = await allLeases(deps);
  const leased = deps.apiIsExplicit ? [] : [...new Set(leases.map((lease) => lease.api))];
  const others = leased.filter((option) => option !== deps.apiOption);

  const asked = [await configured(deps, others.length > 0, leased.includes(deps.apiOption))];
  for (const option of others) asked.push(await orWarn(deps, () => deps.providerOf(option)));
  const boxes = new Map(asked.flatMap((one) => one.boxes).map((box) => [box.id, box]));
  const open = leases.filter((lease) =>
    asked.some(({ provider }) => provider && isUnsettled(lease) && concerns(lease, provider)),
  );
  return { boxes: [...boxes.values()], open };
}

/** A provider that was asked, with its boxes; without a provider where it could not be. */
interface Asked {
  readonly provider: Provider | null;
  readonly boxes: readonly Box[];
}

async function ask(open: () => Promise<Provider>): Promise<Asked> {
  const provider = await open();
  return { provider, boxes: await provider.list() };
}

/** Without a key, a provider that nobody chose and no lease knows has nothing that could be missing from the list. */
async function configured(deps: CommandDeps, hasOthers: boolean, isLeased: boolean): Promise<Asked> {
  if (!hasOthers) return ask(deps.provider);
  return orWarn(deps, deps.provider, (error) => isLeased || !error.code.endsWith('/no-api-key'));
}

/** One provider that cannot be asked must not hide the boxes of the others. */
async function orWarn(
  deps: CommandDeps,
  open: () => Promise<Provider>,
  isWorthIt: (error: DevboxError) => boolean = () => true,
): Promise<Asked> {
  try {
    return await ask(open);
  } catch (error) {
    if (!(error instanceof DevboxError) || error.kind === 'interrupted') throw error;
    if (!isWorthIt(error)) return { provider: null, boxes: [] };
    deps.emit({ type: 'notice', level: 'warning', message: `Not all boxes are shown: ${error.message}` });
    return { provider: null, boxes: [] };
  }
}

function view(boxes: readonly Box[], open: readonly Lease[]): View {
  return {
    cards: [...boxes.map((box) => boxCard(box)), ...open.map(openCard)],
    footer: [
      boxes.length === 0 ? 'No instances' : count(boxes.length, 'instance'),
      ...(open.length > 0 ? [`${count(open.length, 'launch', 'launches')} without an answer so far`] : []),
    ],
    json: [...boxes.map(boxJson), ...open.map(openJson)],
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
