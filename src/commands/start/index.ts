import { actOnBoxes } from '../act-on-boxes.ts';
import { defineCommand } from '../command.ts';
import { readyView } from '../ready-view.ts';
import { identifiersShape } from '../settings.ts';

export const start = defineCommand({
  name: 'start',
  changes: true,
  summary: 'start boxes that were stopped',
  examples: ['devbox start train', 'devbox command=start instance_identifier=train'],
  positionals: ['instance_identifier'],
  shape: identifiersShape,
  async run(config, deps) {
    const { boxes, ...outcome } = await actOnBoxes(config.instance_identifier, 'power', deps, (power, box) =>
      power.start(box),
    );
    return { view: await readyView(boxes, config.ssh, deps), ...outcome };
  },
});
