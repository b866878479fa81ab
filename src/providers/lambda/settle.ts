import type { Changed } from './client.ts';
import { outcomeUnknown } from './errors.ts';

/**
 * What a change came to.
 * @param what completes "It is not known whether ...".
 * @param look the command that shows what there is.
 * @throws DevboxError; of kind `outcome-unknown` where the answer was lost.
 */
export function settle<T>(changed: Changed<T>, what: string, look: string): T {
  switch (changed.outcome) {
    case 'done':
      return changed.value;
    case 'refused':
      throw changed.error;
    case 'lost':
      throw outcomeUnknown(changed.error, `It is not known whether ${what}.`, {
        hint: `See what there is: ${look}`,
      });
  }
}
