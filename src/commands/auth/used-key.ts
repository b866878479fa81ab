import { DevboxError } from '../../base/errors.ts';
import type { KeysFacet, UsedKey } from '../../providers/facets/keys.ts';

/** The key in use; null also where a stored one cannot be read: it is about to be replaced, or gone. */
export function usedKey(keys: KeysFacet): UsedKey | null {
  try {
    return keys.used();
  } catch (error) {
    if (error instanceof DevboxError) return null;
    throw error;
  }
}
