import { defineCommand } from '../command.ts';
import { readyView } from '../ready-view.ts';
import { bringUp } from '../up/bring-up.ts';
import { deployFlags, upShape } from '../up/settings.ts';
import { projectFlags, projectShape } from './shape.ts';

export const launch = defineCommand({
  name: 'launch',
  changes: true,
  summary: 'launch the box of a project, from its saved disk',
  examples: [
    'devbox launch my-project',
    'devbox launch my-project instance_type=g5.xlarge fallback_types=[g4dn.xlarge] base_ami=deep-learning',
    'devbox launch my-project --volume-size 200 --userdata-file setup.yaml --no-assign-dns',
  ],
  positionals: ['project'],
  flags: {
    ...deployFlags,
    ...projectFlags,
    'key-pair': 'ssh_key_name',
    'userdata-file': 'cloud_init.file',
    'assign-dns': 'dns',
  },
  shape: { ...upShape, ...projectShape },
  launches: true,
  async run(config, deps) {
    const { boxes, ...outcome } = await bringUp(config, deps);
    return { view: await readyView(boxes, config.ssh, deps), ...outcome };
  },
});
