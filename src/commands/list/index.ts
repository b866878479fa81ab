import * as z from 'zod/mini';
import { defineCommand } from '../command.ts';
import { onlyImages, savedImages } from '../projects/saved-images.ts';
import { listBoxes } from './boxes.ts';
import { resources } from './resource-names.ts';
import { listResource } from './resources.ts';

export const list = defineCommand({
  name: 'list',
  summary: 'list boxes, and what they can be made of',
  examples: [
    'devbox command=list resource=instances',
    'devbox command=list resource=instance_types available_only=false',
    'devbox list filesystems --json',
  ],
  positionals: ['resource'],
  shape: {
    resource: z
      .pipe(
        z.pipe(
          z.string(),
          z.transform((name) => name.replaceAll('-', '_')),
        ),
        z.enum(resources),
      )
      .check(z.describe(`one of ${resources.join(', ')}`)),
    project: z
      ._default(z.nullable(z.string()), null)
      .check(z.describe('with images: only those that are saved of this project')),
    available_only: z.boolean().check(z.describe('hide instance types and images that have no capacity now')),
  },
  async run(config, deps) {
    const { project } = config;
    if (project !== null) {
      if (config.resource !== 'images') throw onlyImages(config.resource);
      return { view: await savedImages(project, await deps.provider()) };
    }
    if (config.resource === 'instances') return { view: await listBoxes(deps) };
    return { view: await listResource(config.resource, config.available_only, await deps.provider()) };
  },
});
