import * as z from 'zod/mini';
import type { Box } from '../../providers/provider.ts';
import { boxCard, boxJson } from '../box-card.ts';
import { defineCommand } from '../command.ts';
import { findBox } from '../find-box.ts';
import { type LeaseLook, lookAtLeases } from '../lease-look.ts';
import { identifierShape } from '../settings.ts';

export const inspect = defineCommand({
  name: 'inspect',
  summary: 'show all that is known of a box',
  examples: [
    'devbox inspect train',
    'devbox inspect train show_env=true',
    'devbox command=inspect instance_identifier=train --json',
  ],
  positionals: ['instance_identifier'],
  shape: {
    ...identifierShape,
    show_env: z
      .boolean()
      .check(z.describe('show the values of environment variables too, not only their names')),
  },
  async run({ instance_identifier, show_env: showEnv }, deps) {
    const found = await findBox(instance_identifier, deps);
    // A list says less of each box than a look at the one.
    const box = (found.unseen ? null : await found.provider.get(found.box.id)) ?? found.box;
    const look = await lookAtLeases(deps);
    const view = {
      cards: [boxCard(box, { complete: true, showEnv, look })],
      json: completeJson(box, showEnv, look),
      quiet: [box.id],
    };
    return { view };
  },
});

/** Everything that is known of a box, in `--json`. */
function completeJson(box: Box, showEnv: boolean, look: LeaseLook): Readonly<Record<string, unknown>> {
  return {
    ...boxJson(box, look),
    gpus: box.gpus.map(({ name, memoryMib }) => ({ name, memory_mib: memoryMib })),
    memory_gb: box.memoryGb,
    cpu_cores: box.cpuCores,
    template: box.template,
    image: box.image,
    command: box.command,
    environment_names: Object.keys(box.env),
    ...(showEnv ? { environment: box.env } : {}),
    volume: box.volume === null ? null : { name: box.volume.name, mount_path: box.volume.mountPath },
    terminal_url: box.terminalUrl,
    isolation: box.isolation,
    details: Object.fromEntries(
      box.extra.map(({ label, value }) => [label.toLowerCase().replaceAll(' ', '_'), value]),
    ),
  };
}
