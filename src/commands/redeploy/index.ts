import { actOnBoxes } from '../act-on-boxes.ts';
import { defineCommand } from '../command.ts';
import { readyView } from '../ready-view.ts';
import { identifiersShape } from '../settings.ts';

export const redeploy = defineCommand({
  name: 'redeploy',
  changes: true,
  summary: 'make boxes anew from what they were made from; what is on their volumes stays',
  examples: ['devbox redeploy train', 'devbox command=redeploy instance_identifier=train'],
  positionals: ['instance_identifier'],
  shape: identifiersShape,
  async run(config, deps) {
    const { boxes, ...outcome } = await actOnBoxes(
      config.instance_identifier,
      'redeploy',
      deps,
      (facet, box) => facet.redeploy(box),
    );
    return { view: await readyView(boxes, config.ssh, deps), ...outcome };
  },
});
