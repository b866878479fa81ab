import * as z from 'zod/mini';
import type { Volume, Volumes } from '../../providers/facets/volumes.ts';
import type { CommandDeps } from '../command.ts';
import { findResource } from '../find-resource.ts';
import { requireFacet } from '../require-facet.ts';

/** A volume by id or name, as every command that works on one takes it. */
export const volumeShape = {
  volume: z
    .string()
    .check(
      z.minLength(1, 'an id or a name'),
      z.describe('the volume, by id, name or the beginning of its id'),
    ),
};

export interface FoundVolume {
  readonly volume: Volume;
  readonly volumes: Volumes;
  /** It was named by its whole id or name. */
  readonly isExact: boolean;
}

const kind = { noun: 'volume', key: 'volume', list: 'devbox volumes' };

/**
 * The volume that an identifier means: its id, else its name, else the beginning of its id, of six characters or more.
 * @throws DevboxError `not-found` where there is none, `usage` where there are several.
 */
export async function findVolume(
  identifier: string,
  deps: Pick<CommandDeps, 'provider'>,
): Promise<FoundVolume> {
  const volumes = requireFacet(await deps.provider(), 'volumes');
  const { item, isExact } = findResource(identifier, await volumes.list(), kind);
  return { volume: item, volumes, isExact };
}
