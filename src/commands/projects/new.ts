import * as z from 'zod/mini';
import { token } from '../../ui/card.ts';
import { defineCommand } from '../command.ts';
import { requireFacet } from '../require-facet.ts';
import { projectFlags, projectShape } from './shape.ts';
import { projectView } from './view.ts';

const text = (meaning: string) => z._default(z.nullable(z.string()), null).check(z.describe(meaning));

/** Whole GiB of a root volume. */
export const volumeSizeSchema = z
  .int({ error: 'must be a whole number of GiB' })
  .check(
    z.minimum(1, { error: 'must be at least 1 GiB' }),
    z.maximum(65_536, { error: 'must be at most 65536 GiB' }),
  );

export const newProject = defineCommand({
  name: 'new',
  changes: true,
  summary: 'make a project, without launching it',
  examples: [
    'devbox new my-project base_ami=ubuntu-24.04',
    'devbox new my-project base_ami=ami-0abc12345678 instance_type=g5.xlarge volume_size=200',
  ],
  positionals: ['project'],
  flags: projectFlags,
  shape: {
    ...projectShape,
    base_ami: z
      .string({ error: 'must name an image, such as ubuntu-24.04' })
      .check(
        z.minLength(1, 'an image such as ubuntu-24.04'),
        z.describe('image that it begins with: an id, or an alias such as ubuntu-24.04'),
      ),
    instance_type: text('instance type of its launches'),
    ssh_key_name: text('key pair of its launches; null has devbox make one for each box'),
    ssh_user: text('the user for SSH, where the image does not tell'),
    volume_size: z
      ._default(z.nullable(volumeSizeSchema), null)
      .check(z.describe('least size of its root volume in GiB')),
    keep_images: z
      ._default(z.nullable(z.int().check(z.minimum(1), z.maximum(100))), null)
      .check(z.describe('how many saved images are kept; null is api.keep_images')),
    dns_subdomain: text('name of its box in your zone; null is the project’s name'),
  },
  async run(config, deps) {
    const projects = requireFacet(await deps.provider(), 'projects');
    const info = await projects.create(config.project, config.base_ami, {
      instanceType: config.instance_type,
      keyPair: config.ssh_key_name,
      username: config.ssh_user,
      volumeSize: config.volume_size,
      keepImages: config.keep_images,
      dnsLabel: config.dns_subdomain,
    });
    const type = info.instanceType === null ? ' instance_type=TYPE' : '';
    const next = [token('dim', 'Launch: '), token('command', `devbox launch ${info.name}${type}`)];
    return { view: projectView(info, [], [next]) };
  },
});
