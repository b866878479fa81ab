import { DevboxError } from '../../../base/errors.ts';
import { imageToBoot, type Project, type Save } from '../../../lifecycle/project.ts';
import { describeImage, findImage, type LaunchImage } from '../image.ts';
import { architectureOf } from '../instance-types.ts';
import { namedImage } from '../launch.ts';
import type { AwsLaunch } from '../schema.ts';
import type { ProjectDeployment } from './deployment.ts';

/** What a launch of a project boots, and why that. */
export interface BootImage {
  readonly image: LaunchImage;
  readonly from: 'restore' | 'save' | 'base';
  /** What the settings name instead and is not used; null where they name nothing else. */
  readonly ignored: string | null;
}

/**
 * The image that a launch boots: the one that a restore asked for, else the newest save, else what the project begins with,
 * else what the settings name. Once something is saved, only a restore comes before it.
 * @throws DevboxError `usage` where there is none, `not-found` where it is gone, with the other saves as the way out.
 */
export async function bootImage(
  { account }: ProjectDeployment,
  name: string,
  project: Project | null,
  settings: AwsLaunch,
): Promise<BootImage> {
  const named = namedImage(settings);
  const own = project && imageToBoot(project);
  if (own === null) {
    if (named === null) throw noImage(name);
    const type = settings.instance_type ?? project?.instanceType ?? '';
    const image = await findImage(account, named.image, named.setting, await architectureOf(account, type));
    return { image, from: 'base', ignored: null };
  }
  const image = await describeImage(account, own.image);
  if (image?.state !== 'available') throw gone(name, own, project?.saves ?? [], image?.state ?? 'gone');
  return { image, from: own.from, ignored: named !== null && named.image !== image.id ? named.image : null };
}

function noImage(name: string): DevboxError {
  return new DevboxError('usage', `the project ${name} has nothing to boot: nothing is saved of it`, {
    code: 'aws/no-base-image',
    title: 'Configuration Error',
    details: [{ label: 'Setting', value: 'base_ami' }],
    hint: 'Say what it begins with: base_ami=ubuntu-24.04, or an image by its id.',
  });
}

function gone(
  name: string,
  { image, from }: { readonly image: string; readonly from: BootImage['from'] },
  saves: readonly Save[],
  state: string,
): DevboxError {
  const others = saves.filter((save) => save.image !== image);
  const newest = others.at(-1);
  const what = from === 'base' ? 'the image that it begins with' : 'its saved image';
  const wayOut =
    newest === undefined
      ? `Nothing else is saved. Another beginning: devbox delete-project ${name}, then devbox new ${name} base_ami=IMAGE`
      : `Boot the one before: devbox restore ${name} generation=${newest.generation}`;
  return new DevboxError(
    'not-found',
    `the project ${name} cannot be launched: ${what} ${image} is ${state}`,
    {
      code: 'aws/saved-image-gone',
      title: 'Image Gone',
      details: [
        { label: 'Image', value: image },
        ...others.map((save) => ({ label: `Generation ${save.generation}`, value: save.image })),
      ],
      hint: `Nothing was changed. ${wayOut}`,
    },
  );
}
