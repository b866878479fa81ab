import * as z from 'zod/mini';
import { token } from '../../ui/card.ts';
import { defineCommand } from '../command.ts';
import { requireFacet } from '../require-facet.ts';
import { volumeView } from './volume-view.ts';

/** A volume's name, as a new one gets it. */
export const newName = z
  .string()
  .check(
    z.minLength(1, 'a name'),
    z.maxLength(100, 'at most 100 characters'),
    z.regex(/^[^/\p{C}]+$/u, 'a name without slashes'),
  );

/** A size in GB. */
export const sizeGb = z.int().check(z.minimum(1, 'at least 1 GB'), z.maximum(1_000_000));

export const volumesCreate = defineCommand({
  name: 'volumes_create',
  changes: true,
  summary: 'make a volume',
  examples: [
    'devbox volumes create data --size 100',
    'devbox volumes create --name data --size 100 --type NVMe',
  ],
  positionals: ['name'],
  shape: {
    name: newName.check(z.describe('what it is called')),
    size: sizeGb.check(z.describe('how much it holds, in GB')),
    region: z.nullable(z.string()).check(z.describe('region id; null leaves it to the server')),
    type: z.nullable(z.string()).check(z.describe('NVMe, HDD or NVMe_Shared; null leaves it to the server')),
    description: z.nullable(z.string()).check(z.describe('for people')),
  },
  async run({ name, size, region, type, description }, deps) {
    const volumes = requireFacet(await deps.provider(), 'volumes');
    const volume = await volumes.create({ name, sizeGb: size, region, type, description });
    const next = `devbox deploy --name NAME --volume ${volume.name} --mount-path /data`;
    return { view: volumeView(volume, [['Mount it: ', token('command', next)]]) };
  },
});
