import { waitUntilReady } from '../../acquire/wait.ts';
import { ready } from '../../leases/lease.ts';
import { defineCommand } from '../command.ts';
import { findBox } from '../find-box.ts';
import { readyView } from '../ready-view.ts';
import { identifierShape } from '../settings.ts';
import { whyFailed } from '../why-failed.ts';

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
    const { context, emit } = deps;
    const { box, provider, leases } = await findBox(config.instance_identifier, deps);
    const usable = await waitUntilReady({
      provider,
      id: box.id,
      name: box.name ?? box.id,
      policy: {
        timeoutSeconds: config.wait.timeout,
        pollIntervalSeconds: config.wait.poll_interval,
        growth: 1,
      },
      mayBeLate: provider.surfacingMinutes > 0,
      explain: (box) => whyFailed(box, provider, context.signal),
      clock: context.clock,
      emit,
      signal: context.signal,
    });
    for (const lease of leases) await deps.leases.update(lease.id, ready(usable.id));
    return { view: await readyView([usable], config.ssh, deps) };
  },
});
