import { actOnBoxes } from '../act-on-boxes.ts';
import { defineCommand } from '../command.ts';
import { readyView } from '../ready-view.ts';
import { identifiersShape } from '../settings.ts';

export const restart = defineCommand({
  name: 'restart',
  changes: true,
  summary: 'stop boxes and start them again',
  examples: ['devbox restart train', 'devbox command=restart instance_identifier=gh200-devbox'],
  positionals: ['instance_identifier'],
  shape: identifiersShape,
  async run(config, deps) {
    const { boxes, ...outcome } = await actOnBoxes(
      config.instance_identifier,
      'restart',
      deps,
      (facet, box) => facet.restart(box),
      (facet, boxes) => facet.restartTogether?.(boxes),
    );
    return { view: await readyView(boxes, config.ssh, deps), ...outcome };
  },
});
