import { hideSecret, redact, redactValues } from '../base/redact.ts';
import type { Composition } from '../compose/index.ts';

/** Tells what to show of the text under a key; `any` is for texts in which a secret can stand anywhere. */
export interface Hider {
  value(key: string, text: string): string;
  any(text: string): string;
}

/**
 * Hides the secrets of a configuration: where they are set, and where overrides quote them.
 * @param given values known to be secret, longest first.
 */
export function hiderFor(composition: Composition, given: readonly string[]): Hider {
  let secrets: readonly string[] | undefined;
  return {
    value: (key, text) => redactValues(hideSecret(key, text), given),
    any(text) {
      secrets ??= [...given, ...secretTexts(composition)];
      return redact(text, secrets);
    },
  };
}

function secretTexts(composition: Composition): string[] {
  const secrets: string[] = [];
  composition.part({
    mask(key, text) {
      if (hideSecret(key, text) !== text) secrets.push(text);
      return text;
    },
  });
  return secrets;
}
