import { hideSecret, redact } from '../base/redact.ts';
import type { Composition } from '../compose/index.ts';

/** Tells what to show of the text under a key; `any` is for texts in which a secret can stand anywhere. */
export interface Hider {
  value(key: string, text: string): string;
  any(text: string): string;
}

/** Hides the secrets of a configuration: where they are set, and where overrides quote them. */
export function hiderFor(composition: Composition): Hider {
  const secrets: string[] = [];
  composition.part({
    mask(key, text) {
      if (hideSecret(key, text) !== text) secrets.push(text);
      return text;
    },
  });
  return { value: hideSecret, any: (text) => redact(text, secrets) };
}
