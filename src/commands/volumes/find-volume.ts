import * as z from 'zod/mini';
import { DevboxError } from '../../base/errors.ts';
import { clip, nearest } from '../../base/text.ts';
import { isIdPrefix } from '../../leases/lease.ts';
import type { Volume, Volumes } from '../../providers/facets/volumes.ts';
import type { CommandDeps } from '../command.ts';
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

/**
 * The volume that an identifier means: its id, else its name, else the beginning of its id, of six characters or more.
 * @throws DevboxError `not-found` where there is none, `usage` where there are several.
 */
export async function findVolume(
  identifier: string,
  deps: Pick<CommandDeps, 'provider'>,
): Promise<FoundVolume> {
  const volumes = requireFacet(await deps.provider(), 'volumes');
  const all = await volumes.list();
  const ways: readonly [boolean, (volume: Volume) => boolean][] = [
    [true, ({ id }) => id === identifier],
    [true, ({ name }) => name === identifier],
    [false, ({ id }) => isIdPrefix(identifier) && id.startsWith(identifier)],
  ];
  for (const [isExact, matches] of ways) {
    const found = all.filter(matches);
    if (found.length > 1) throw ambiguous(identifier, found);
    if (found[0]) return { volume: found[0], volumes, isExact };
  }
  throw notFound(identifier, all);
}

function ambiguous(identifier: string, found: readonly Volume[]): DevboxError {
  return new DevboxError(
    'usage',
    `${clip(identifier, 100)} means ${found.length} volumes; nothing was done`,
    {
      code: 'volumes/ambiguous',
      details: found.slice(0, 20).map(({ id, name, status }) => ({ label: id, value: `${name}, ${status}` })),
      hint: `Say which by its id: volume=${found[0]?.id ?? 'ID'}`,
    },
  );
}

function notFound(identifier: string, all: readonly Volume[]): DevboxError {
  const names = all.map(({ name }) => name);
  const near = nearest(
    identifier,
    all.flatMap(({ id, name }) => [name, id]),
  );
  return new DevboxError('not-found', `there is no volume with the id or name ${clip(identifier, 100)}`, {
    code: 'volumes/not-found',
    title: 'Not Found',
    details:
      names.length === 0
        ? []
        : [
            {
              label: 'There is',
              value: names
                .slice(0, 10)
                .map((name) => clip(name, 40))
                .join(', '),
            },
          ],
    hint: near ? `Did you mean ${clip(near, 100)}?` : 'devbox volumes shows what there is.',
  });
}
