import { ComposeError, errorAt } from '../errors.ts';
import type { Place } from '../origin.ts';
import { parseText } from './parser.ts';

/**
 * Makes sure that the interpolations in a text can be parsed.
 * @throws ComposeError `interpolation/syntax` that shows the place.
 */
export function checkText(text: string, place: Place | undefined): void {
  try {
    parseText(text);
  } catch (error) {
    if (!(error instanceof ComposeError)) throw error;
    throw errorAt(place, error.code, error.message, { hint: error.hint });
  }
}
