import { redact } from '../base/redact.ts';

/** Words as they may be written down, and what of them had to be hidden. */
export interface Hidden {
  readonly words: readonly string[];
  /** Keys whose values are hidden; a run cannot be repeated without giving them again. */
  readonly keys: readonly string[];
}

const mark = '[hidden]';
const secretName = /api[-_]?key|token|passw(?:or)?d|secret|private[-_]?key|user[-_]?data|credential/i;
const secretInside = new RegExp(`(?:${secretName.source})["']?\\s*[:=]`, 'i');
const secretFlag = new RegExp(`^--?[\\w-]*(?:${secretName.source})$`, 'i');
/** What curl and others call the words after these: a name, a colon and a password. */
const userFlag = /^(?:-[uU]|--(?:proxy-)?user)$/;
const assignment = new RegExp(
  `\\b(\\w*(?:${secretName.source}|_KEY)\\w*=)(?:"[^"]*"|'[^']*'|[^\\s"']+)`,
  'gi',
);
const credentialsInUrl = /(:\/\/)[^/\s@]*:[^/\s@]*@/g;
/** A value that only says where the secret is: harmless, and good for another run. */
const reference = /^\$\{oc\.env:\w+\}$/;

/**
 * Overrides without their secrets: values of keys that are named like one, everything under `env`, and whatever holds
 * one of the given values.
 * @param secrets values known to be secret.
 */
export function hideOverrides(overrides: readonly string[], secrets: readonly string[]): Hidden {
  const keys: string[] = [];
  const words = overrides.map((override) => {
    const [, sign = '', key = '', equals = '', value = ''] =
      /^([+~]*)([^=]*)(=?)([\s\S]*)$/.exec(override) ?? [];
    if (isHarmless(value) || !holdsSecret(key, value, secrets)) return override;
    keys.push(key);
    return `${sign}${key}${equals}${mark}`;
  });
  return { words, keys };
}

/** The words of a command without what looks like a secret in them, and whether there was any. */
export function hideWords(
  words: readonly string[],
  secrets: readonly string[],
): { words: string[]; hidden: boolean } {
  const shown = words.map((word, index) => {
    const flag = words[index - 1] ?? '';
    if (secretFlag.test(flag) || (userFlag.test(flag) && /:(?!\d+$)/.test(word))) return mark;
    return clean(word, secrets).replace(assignment, `$1${mark}`);
  });
  return { words: shown, hidden: shown.some((word, index) => word !== words[index]) };
}

/** The values of variables whose names say that they are secret. */
export function secretsIn(env: Readonly<Record<string, string | undefined>>): string[] {
  return Object.entries(env).flatMap(([name, value]) =>
    value !== undefined && value.length >= 8 && (secretName.test(name) || name.endsWith('_KEY'))
      ? [value]
      : [],
  );
}

function isHarmless(value: string): boolean {
  return value === '' || value === 'null' || reference.test(value);
}

function holdsSecret(key: string, value: string, secrets: readonly string[]): boolean {
  if (key === 'env' || key.startsWith('env.') || secretName.test(key) || secretInside.test(value))
    return true;
  // A secret is one with its special characters escaped, too.
  return [value, value.replaceAll('\\', '')].some((text) => clean(text, secrets) !== text);
}

function clean(text: string, secrets: readonly string[]): string {
  return redact(text, secrets).replace(credentialsInUrl, `$1${mark}@`);
}
