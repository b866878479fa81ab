import { DevboxError } from '../../base/errors.ts';
import { count } from '../../base/text.ts';
import type { Box } from '../../providers/provider.ts';
import type { View } from '../../ui/view.ts';
import { boxCard, boxJson } from '../box-card.ts';
import type { CommandDeps } from '../command.ts';

/**
 * Lists the boxes of the configured provider. Where the user named none, also those of every provider that a lease
 * knows of, so that no running box is out of sight; then missing credentials of the default provider are only
 * worth a warning.
 */
export async function listBoxes(deps: CommandDeps): Promise<View> {
  const { leases, warnings } = await deps.leases.list();
  for (const message of warnings) deps.emit({ type: 'notice', level: 'warning', message });
  const leased = deps.apiIsExplicit ? [] : [...new Set(leases.map((lease) => lease.api))];
  const others = leased.filter((option) => option !== deps.apiOption);

  const boxes = await configured(deps, others.length > 0);
  for (const option of others) {
    const provider = await deps.providerOf(option);
    const known = new Set(boxes.map((box) => box.id));
    boxes.push(...(await provider.list()).filter((box) => !known.has(box.id)));
  }
  return view(boxes);
}

async function configured(deps: CommandDeps, hasOthers: boolean): Promise<Box[]> {
  try {
    return [...(await (await deps.provider()).list())];
  } catch (error) {
    if (!hasOthers || !(error instanceof DevboxError) || error.kind !== 'unauthorised') throw error;
    deps.emit({
      type: 'notice',
      level: 'warning',
      message: error.message,
      ...(error.hint ? { hint: error.hint } : {}),
    });
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
