import { defineCommand } from '../command.ts';
import { readyView } from '../ready-view.ts';
import { bringUp } from './bring-up.ts';
import { deployFlags, upShape } from './settings.ts';

export const up = defineCommand({
  name: 'up',
  changes: true,
  summary: 'bring a box up, or show it where it is up already',
  examples: [
    'devbox command=up api=local',
    'devbox command=up_gh200 max_retries=50',
    'devbox command=up region=us-east-3 instance_type=gpu_1x_gh200 ssh_key_name=default wait_after_launch=true',
  ],
  positionals: [],
  rest: 'startup_command',
  flags: deployFlags,
  shape: upShape,
  launches: true,
  async run(config, deps) {
    const { boxes, ...outcome } = await bringUp(config, deps);
    return { view: await readyView(boxes, config.ssh, deps), ...outcome };
  },
});
