import { defineCommand } from '../command.ts';
import { readyView } from '../ready-view.ts';
import { bringUp } from '../up/bring-up.ts';
import { deployFlags, deployShape } from '../up/settings.ts';

export const deploy = defineCommand({
  name: 'deploy',
  changes: true,
  summary: 'deploy a container as a box, from a template or an image',
  examples: [
    'devbox deploy name=train template=pytorch gpu_type="RTX 4090" ports=[8080,8888]',
    'devbox deploy --name train --template pytorch --env BATCH_SIZE=32 --wait -- python train.py',
    'devbox command=deploy api=local instance_name=train env_file=.env memory=32',
  ],
  positionals: [],
  rest: 'startup_command',
  flags: deployFlags,
  shape: deployShape,
  launches: true,
  async run(config, deps) {
    const { boxes, ...outcome } = await bringUp({ ...config, quantity: 1 }, deps);
    const view = await readyView(boxes, config.ssh, deps);
    const [box] = boxes;
    const json = { container_id: box?.id ?? null, ...Object(view.json) };
    return { view: { ...view, json }, ...outcome };
  },
});
