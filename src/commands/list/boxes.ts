import { DevboxError } from '../../base/errors.ts';
import { count } from '../../base/text.ts';
import type { Box } from '../../providers/provider.ts';
import type { View } from '../../ui/view.ts';
import { boxCard, boxJson } from '../box-card.ts';
import type { CommandDeps } from '../command.ts';
import { allLeases } from '../leased.ts';

/**
 * Lists the boxes of the configured provider. Where the user named none, also those of every provider that a lease
 * knows of, so that no running box is out of sight; then a provider that cannot be asked is only worth a warning.
 */
export async function listBoxes(deps: CommandDeps): Promise<View> {
  const leases = await allLeases(deps);
  const leased = deps.apiIsExplicit ? [] : [...new Set(leases.map((lease) => lease.api))];
  const others = leased.filter((option) => option !== deps.apiOption);

  const boxes = await configured(deps, others.length > 0);
  for (const option of others) {
    const known = new Set(boxes.map((box) => box.id));
    const more = await orWarn(deps, async () => (await deps.providerOf(option)).list());
    boxes.push(...more.filter((box) => !known.has(box.id)));
  }
  return view(boxes);
}

async function configured(deps: CommandDeps, hasOthers: boolean): Promise<Box[]> {
  const list = async (): Promise<Box[]> => (await deps.provider()).list();
  return hasOthers ? orWarn(deps, list) : list();
}

/** One provider that cannot be asked must not hide the boxes of the others. */
async function orWarn(deps: CommandDeps, list: () => Promise<Box[]>): Promise<Box[]> {
  try {
    return await list();
  } catch (error) {
    if (!(error instanceof DevboxError) || error.kind === 'interrupted') throw error;
    deps.emit({ type: 'notice', level: 'warning', message: `Not all boxes are shown: ${error.message}` });
    return [];
  }
}

function view(boxes: readonly Box[]): View {
  return {
    cards: boxes.map((box) => boxCard(box)),
    footer: [boxes.length === 0 ? 'No instances' : count(boxes.length, 'instance')],
    json: boxes.map(boxJson),
    quiet: boxes.map((box) => box.id),
  };
}
