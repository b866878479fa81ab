import { ready } from '../../leases/lease.ts';
import { defineCommand } from '../command.ts';
import { findBox } from '../find-box.ts';
import { readyView } from '../ready-view.ts';
import { identifierShape } from '../settings.ts';
import { waitForBox } from '../wait-for-box.ts';

export const wait = defineCommand({
  name: 'wait',
  summary: 'wait until a box can be used',
  examples: [
    'devbox command=wait instance_identifier=gh200-devbox',
    'devbox wait gh200-devbox wait.timeout=1800',
  ],
  positionals: ['instance_identifier'],
  shape: identifierShape,
  async run(config, deps) {
    const { box, provider, leases } = await findBox(config.instance_identifier, deps);
    const usable = await waitForBox(
      { id: box.id, name: box.name ?? box.id, provider, growth: 1 },
      config,
      deps,
    );
    for (const lease of leases) await deps.leases.update(lease.id, ready(usable.id));
    return { view: await readyView([usable], config.ssh, deps) };
  },
});
