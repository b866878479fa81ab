import { DevboxError } from '../../base/errors.ts';
import type { Box } from '../../providers/provider.ts';
import { removeHostEntry } from '../../remote/ssh-config.ts';
import { token } from '../../ui/card.ts';
import type { View } from '../../ui/view.ts';
import { boxCard, boxJson } from '../box-card.ts';
import type { CommandDeps } from '../command.ts';
import type { FoundBox } from '../find-box.ts';
import type { SshConfig } from '../settings.ts';
import { sshPlaces } from '../ssh-access.ts';

/** Ends one box, and with it its leases and its file for ssh. */
export async function endBox(
  { box, provider, leases, unseen }: FoundBox,
  purge: boolean,
  ssh: SshConfig,
  deps: CommandDeps,
): Promise<View> {
  const after = await provider.terminate(box, { purge }).catch((error: unknown) => {
    throw unseen ? notYetKnown(box, error) : error;
  });
  for (const lease of leases) await deps.leases.release(lease.id);
  await removeEntry(box, deps, ssh);
  return view(after, purge);
}

async function removeEntry(box: Box, deps: CommandDeps, ssh: SshConfig): Promise<void> {
  try {
    await removeHostEntry(sshPlaces(ssh, deps.context), box.id);
  } catch (error) {
    // The box is ending all the same; a file that stays only makes `ssh NAME` fail.
    const why = error instanceof Error ? error.message : String(error);
    deps.emit({ type: 'notice', level: 'warning', message: `The file for ssh could not be removed: ${why}` });
  }
}

/** The provider accepted the launch of a box that it does not know yet, so its end has to be asked for again. */
function notYetKnown(box: Box, error: unknown): DevboxError {
  return new DevboxError(
    'outcome-unknown',
    `${box.name ?? box.id} was launched, and the provider does not know it yet`,
    {
      title: 'Outcome Unknown',
      code: 'down/unseen',
      details: [{ label: 'ID', value: box.id }],
      hint: `It may still appear and cost money. Ask again: devbox command=down instance_identifier=${box.id}`,
      cause: error,
    },
  );
}

function view(box: Box, purged: boolean): View {
  const ends = box.phase === 'ending';
  const kept = box.extra.some(({ label }) => label === 'Home') && !purged;
  return {
    cards: [boxCard(box, { complete: true })],
    footer: [
      ...(ends ? [['It is billed until it has ended: ', token('command', 'devbox list')]] : []),
      ...(kept ? [`Its home is kept for the next box called ${box.name ?? box.id}.`] : []),
    ],
    json: boxJson(box),
    quiet: [box.id],
  };
}
