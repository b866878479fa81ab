import type { View } from '../../ui/view.ts';
import type { CommandDeps } from '../command.ts';
import { isOf, isUnsettled, mayExist } from '../find-box.ts';

/**
 * Closes the record of a launch whose answer was lost, when the user says so and no such box is listed. While it may
 * still appear, the record stays.
 * @throws DevboxError `outcome-unknown` while it is too early to be sure.
 */
export async function settleLostLaunch(identifier: string, deps: CommandDeps): Promise<View> {
  const provider = await deps.provider();
  const { leases } = await deps.leases.list();
  const unsettled = leases.filter(
    (lease) =>
      isOf(lease, provider) && isUnsettled(lease) && (lease.name === identifier || lease.id === identifier),
  );
  for (const lease of unsettled) {
    const age = deps.context.clock.now() - Date.parse(lease.updatedAt);
    if (age < provider.surfacingMinutes * 60_000) throw mayExist(lease);
  }
  for (const lease of unsettled) await deps.leases.release(lease.id);
  return {
    cards: [
      {
        title: identifier,
        rows: [
          { label: 'Status', value: 'never appeared' },
          { label: 'Lease', value: 'closed' },
        ],
      },
    ],
    json: { name: identifier, status: 'never appeared', released: unsettled.map((lease) => lease.id) },
    quiet: unsettled.map((lease) => lease.id),
  };
}
