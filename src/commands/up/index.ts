import { defineCommand } from '../command.ts';
import { bringUp } from './bring-up.ts';
import { upShape } from './settings.ts';

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
  shape: upShape,
  launches: true,
  run: bringUp,
});
