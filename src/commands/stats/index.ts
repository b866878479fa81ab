import * as z from 'zod/mini';
import { accessTo } from '../access.ts';
import { defineCommand } from '../command.ts';
import { findBox } from '../find-box.ts';
import { keepLooking, refuseEndlessJob } from '../keep-looking.ts';
import { identifierShape } from '../settings.ts';
import { statsView } from './view.ts';

export const stats = defineCommand({
  name: 'stats',
  summary: 'show what a box uses now',
  examples: [
    'devbox command=stats instance_identifier=devbox',
    'devbox stats devbox --watch',
    'devbox stats devbox --json',
  ],
  positionals: ['instance_identifier'],
  flags: { w: 'watch' },
  shape: {
    ...identifierShape,
    watch: z.boolean().check(z.describe('look again every 2 seconds, until Ctrl-C')),
  },
  async run({ instance_identifier, watch, ssh }, deps) {
    if (watch) refuseEndlessJob('watch', deps);
    const found = await findBox(instance_identifier, deps);
    const access = await accessTo(found, ssh, deps);
    const look = async () => statsView(found.box, await access.stats(), deps.context.clock.now());
    if (!watch) return { view: await look() };
    return keepLooking(found, deps, async () => ((await deps.replace(await look())) ? 'later' : 'over'));
  },
});
