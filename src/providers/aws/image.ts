import { DescribeImagesCommand, type Image as WireImage } from '@aws-sdk/client-ec2';
import { DevboxError } from '../../base/errors.ts';
import { cleanLine } from '../../base/text.ts';
import type { AwsAccount } from './account.ts';
import { type Architecture, parameterOf } from './image-aliases.ts';
import { readParameters } from './parameters.ts';

/** An image as a launch needs it. Texts are free of control characters. */
export interface LaunchImage {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly state: string;
  readonly architecture: string | null;
  readonly rootDevice: string | null;
  readonly virtualization: string | null;
  readonly mappings: NonNullable<WireImage['BlockDeviceMappings']>;
}

/** Whether a text is written like the id of an image. */
export const isImageId = (text: string): boolean => /^ami-[0-9a-f]{8,32}$/.test(text);

/**
 * The image that a setting names, as AWS has it now: by its id, by an alias, or by the name of a public parameter.
 * @param setting where it was named: `base_ami`.
 * @throws DevboxError `not-found` where there is none, `failed` where it cannot be launched, `usage` for no such alias.
 */
export async function findImage(
  account: AwsAccount,
  named: string,
  setting: string,
  architecture: Architecture,
): Promise<LaunchImage> {
  const id = isImageId(named) ? named : await resolveAlias(account, named, setting, architecture);
  const image = await describeImage(account, id);
  if (image === null) {
    throw new DevboxError(
      'not-found',
      `there is no image ${id} in ${account.region}, or it is not yours to use`,
      {
        code: 'aws/image-gone',
        title: 'Not Found',
        details: [{ label: 'Setting', value: named === id ? setting : `${setting} (${named})` }],
        hint: 'Images belong to one region. See yours: devbox list images api=aws; or take an alias such as ubuntu-24.04.',
      },
    );
  }
  if (image.state === 'available') return image;
  throw new DevboxError('failed', `the image ${id} cannot be launched: it is ${image.state}`, {
    code: 'aws/image-state',
    details: [{ label: 'Setting', value: setting }],
    hint: image.state === 'pending' ? 'Try again when it is available.' : 'Choose another one.',
  });
}

/** An image whatever its state; null where AWS knows none of this id. */
export async function describeImage(account: AwsAccount, id: string): Promise<LaunchImage | null> {
  try {
    const { Images: images } = await account.read({ doing: `Could not look at the image ${id}` }, (options) =>
      account.ec2.send(new DescribeImagesCommand({ ImageIds: [id] }), options),
    );
    const found = images?.[0];
    return found === undefined ? null : launchImage(found);
  } catch (error) {
    if (error instanceof DevboxError && /^aws\/InvalidAMIID\./.test(error.code)) return null;
    throw error;
  }
}

function launchImage(wire: WireImage): LaunchImage {
  return {
    id: cleanLine(wire.ImageId ?? '', 60),
    name: cleanLine(wire.Name ?? '', 300),
    description: cleanLine(wire.Description ?? '', 300),
    state: cleanLine(wire.State ?? 'unknown', 60),
    architecture: wire.Architecture ?? null,
    rootDevice: wire.RootDeviceName ?? null,
    virtualization: wire.VirtualizationType ?? null,
    mappings: wire.BlockDeviceMappings ?? [],
  };
}

async function resolveAlias(
  account: AwsAccount,
  alias: string,
  setting: string,
  architecture: Architecture,
): Promise<string> {
  const name = parameterOf(alias, architecture, setting);
  const id = (await readParameters(account, [name])).get(name);
  if (id !== undefined && isImageId(id.trim())) return id.trim();
  throw new DevboxError('not-found', `there is no image ${alias} for ${architecture} in ${account.region}`, {
    code: 'aws/alias-gone',
    title: 'Not Found',
    details: [
      { label: 'Setting', value: `${setting} (${alias})` },
      { label: 'Parameter', value: name },
    ],
    hint: `Name an image by its id: ${setting}=ami-...`,
  });
}
