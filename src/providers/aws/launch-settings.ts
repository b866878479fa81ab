import * as z from 'zod/mini';
import { foreignSetting, namesOf } from '../setting-schemas.ts';

const text = (meaning: string) => z._default(z.nullable(z.string()), null).check(z.describe(meaning));

/** What only launches on AWS have, of the keys of `up`. */
export const awsLaunchShape = {
  project: text(
    'project whose whole disk survives: its last one is booted, and it is saved when the box ends',
  ),
  base_ami: text('image that a project begins with: an id, or an alias such as ubuntu-24.04'),
  fallback_types: namesOf('an instance type').check(
    z.describe('instance types to take, in this order, where no zone has room for the first one'),
  ),
  volume_size: z
    ._default(z.nullable(z.number()), null)
    .check(z.describe('least size of the root volume in GiB; 0 leaves it as it is')),
  dns: z
    ._default(z.nullable(z.boolean()), null)
    .check(z.describe('whether a project’s box gets a name in your DNS zone, where the account has one')),
  dns_subdomain: text('that name, without the zone; null is the project’s last one, or the project itself'),
  ssh_user: text('the user for SSH, where the image does not tell'),
  keep_images: z
    ._default(z.nullable(z.int()), null)
    .check(z.describe('how many saved images of the project are kept; null is api.keep_images')),
};

const notHere = foreignSetting('it is for api=aws');

/** The same keys where they mean nothing: a disk that is thought to be saved must not be lost silently. */
export const notForOthers = {
  project: notHere,
  base_ami: notHere,
  fallback_types: notHere,
  volume_size: notHere,
  dns: notHere,
  dns_subdomain: notHere,
  ssh_user: notHere,
  keep_images: notHere,
};
