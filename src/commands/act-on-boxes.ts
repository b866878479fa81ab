import { DevboxError } from '../base/errors.ts';
import type { Box, FacetName, Facets } from '../providers/provider.ts';
import type { CommandDeps } from './command.ts';
import { type FoundBox, findBox } from './find-box.ts';
import { requireFacet } from './require-facet.ts';

/** The boxes as they are after it, and what went wrong with the one after them, if anything did. */
export interface Acted {
  readonly boxes: readonly Box[];
  readonly error?: DevboxError;
}

/**
 * Does something to each of the boxes that a user named. All are found before anything is done to one.
 * @throws whatever went wrong with the first one; later ones must not hide what was done.
 */
export async function actOnBoxes<F extends FacetName>(
  identifiers: readonly string[],
  facet: F,
  deps: CommandDeps,
  act: (ability: NonNullable<Facets[F]>, box: Box) => Promise<Box>,
): Promise<Acted> {
  requireFacet(await deps.provider(), facet);
  const found: FoundBox[] = [];
  for (const identifier of identifiers) found.push(await findBox(identifier, deps));
  const boxes: Box[] = [];
  for (const { box, provider } of distinct(found)) {
    try {
      boxes.push(await act(requireFacet(provider, facet), box));
    } catch (error) {
      if (boxes.length === 0 || !(error instanceof DevboxError)) throw error;
      return { boxes, error };
    }
  }
  return { boxes };
}

/** Each box once, however often it was named. */
export function distinct(found: readonly FoundBox[]): FoundBox[] {
  return [...new Map(found.map((one) => [one.box.id, one])).values()];
}
