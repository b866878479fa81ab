import { DevboxError } from '../base/errors.ts';
import type { Box, Each, FacetName, Facets } from '../providers/provider.ts';
import type { CommandDeps } from './command.ts';
import { type FoundBox, findBox, listedOnce } from './find-box.ts';
import { requireFacet } from './require-facet.ts';

/** The boxes as they are after it, and what went wrong with the one after them, if anything did. */
export interface Acted {
  readonly boxes: readonly Box[];
  readonly error?: DevboxError;
}

/**
 * Does something to each of the boxes that a user named. All are found before anything is done to one.
 * @param together does it to all with one request, where the provider can do that.
 * @throws whatever went wrong with the first one; later ones must not hide what was done.
 */
export async function actOnBoxes<F extends FacetName>(
  identifiers: readonly string[],
  facet: F,
  deps: CommandDeps,
  act: (ability: NonNullable<Facets[F]>, box: Box) => Promise<Box>,
  together?: (ability: NonNullable<Facets[F]>, boxes: readonly Box[]) => Promise<Each> | undefined,
): Promise<Acted> {
  requireFacet(await deps.provider(), facet);
  const listed = listedOnce(deps);
  const found: FoundBox[] = [];
  for (const identifier of identifiers) found.push(await findBox(identifier, deps, { listed }));
  const named = distinct(found);
  const [first] = named;
  const each =
    first && named.length > 1
      ? await together?.(
          requireFacet(first.provider, facet),
          named.map(({ box }) => box),
        )
      : undefined;
  const boxes: Box[] = [];
  const errors: DevboxError[] = [];
  for (const { box, provider } of named) {
    const result = each?.get(box.id) ?? (await act(requireFacet(provider, facet), box).catch(asDevboxError));
    if (!(result instanceof DevboxError)) boxes.push(result);
    else errors.push(result);
    if (errors.length > 0 && !each) break;
  }
  const [error, ...others] = errors;
  if (!error) return { boxes };
  const whole = others.reduce(alsoWrong, error);
  if (boxes.length === 0) throw whole;
  return { boxes, error: whole };
}

/** @throws an error that is none for the user. */
export function asDevboxError(error: unknown): DevboxError {
  if (error instanceof DevboxError) return error;
  throw error;
}

/** An error that names another one beside it. */
export function alsoWrong(error: DevboxError, other: DevboxError): DevboxError {
  const { kind, message, title, code, details, suggestion, hint } = error;
  const also = { label: 'Also', value: other.message };
  return new DevboxError(kind, message, {
    title,
    code,
    details: [...details, also],
    suggestion,
    hint,
    cause: error,
  });
}

/** Each box once, however often it was named. */
export function distinct(found: readonly FoundBox[]): FoundBox[] {
  return [...new Map(found.map((one) => [one.box.id, one])).values()];
}
