import * as z from 'zod/mini';
import type { VolumeFiles } from '../../../providers/facets/volumes.ts';
import type { CommandDeps } from '../../command.ts';
import { findVolume } from '../find-volume.ts';

/** A path in a volume. */
export const inVolume = z.string().check(z.minLength(1, 'a path in the volume'));

export const pathShape = {
  path: inVolume.check(z.describe('path in the volume, with or without a slash before it')),
};

/** A path without the slashes around it, as it is shown. */
export const plainPath = (path: string): string => path.replace(/^\/+|\/+$/g, '');

/** The files of the volume that an identifier means. */
export async function openVolume(identifier: string, deps: CommandDeps): Promise<VolumeFiles> {
  const { volume, volumes } = await findVolume(identifier, deps);
  return volumes.files(volume.id);
}
