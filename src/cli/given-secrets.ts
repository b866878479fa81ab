import { isSecretKey } from '../base/redact.ts';
import { editDistance } from '../base/text.ts';

type Env = Readonly<Record<string, string | undefined>>;

/**
 * Values that a command line or the environment gives and that must not be shown again, longest first: under keys,
 * flags and variables that are called like a secret (`api_key` also misspelt), and passwords in addresses. Parts of
 * lists and mappings count one by one, because errors quote them so.
 */
export function givenSecrets(argv: readonly string[], env: Env): string[] {
  const typed = argv.flatMap((word, index) => [...valuesIn(word), ...valueOfFlag(argv[index - 1], word)]);
  const set = Object.entries(env).flatMap(([name, value = '']) => [
    ...(isSecretName(name) && value.trim().length >= 6 ? [value.trim()] : []),
    ...passwordsIn(value),
  ]);
  const all = new Set([...typed, ...argv.flatMap(passwordsIn), ...set]);
  return [...all].filter((secret) => !harmless.test(secret)).sort((a, b) => b.length - a.length);
}

/** Whether an override gives the key of the API itself, rather than saying where it is. */
export function givesApiKey(override: string): boolean {
  return /^\+{0,2}api\.api_key=(?!\s*$|-$|null$|\$\{)/.test(override);
}

const harmless = /^(?:null|true|false|none|VALUE|\[hidden\]|\W*)$/i;

/** Values after `key=` or `key:`, wherever in the word. */
function valuesIn(word: string): string[] {
  return [...word.matchAll(/(?<![\w./@-])([\w./@-]+)["']?\s*[=:](?!\/\/)\s*/g)].flatMap((match) => {
    const [whole, key = ''] = match;
    if (!isSecretName(key)) return [];
    const value = word.slice(match.index + whole.length);
    // Inside a mapping other keys may follow.
    const isInside = /[{,]/.test(word.slice(0, match.index));
    return partsOf(isInside ? (/^(?:"[^"]*"?|'[^']*'?|\[[^\]]*|[^,}]*)/.exec(value)?.[0] ?? '') : value, key);
  });
}

function valueOfFlag(flag: string | undefined, word: string): string[] {
  const name = /^--([^=]+)$/.exec(flag ?? '')?.[1];
  return name !== undefined && isSecretName(name) && !word.startsWith('--') ? partsOf(word, name) : [];
}

/** A value as a whole, and what it holds: without quotes and brackets, and without what only refers elsewhere. */
function partsOf(value: string, key: string): string[] {
  const own = value
    .replace(/\$\{(?:oc\.env:\w+(?:,\s*null)?|[\w.]+)\}/g, ' ')
    .replace(/\$\{oc\.env:\w+,/g, ' ');
  const shortest = isApiKey(key) ? 3 : 6;
  return [own.trim(), ...own.split(/[\s,[\]{}()'"\\]+/), ...own.split(/[\s,[\]{}()'"\\:=&]+/)].filter(
    (part) => part.length >= shortest,
  );
}

function isSecretName(name: string): boolean {
  return isSecretKey(name) || /_KEY$/.test(name) || isApiKey(name);
}

function isApiKey(name: string): boolean {
  const last = name.split(/[./@]/).at(-1) ?? '';
  return editDistance(last.toLowerCase().replaceAll('-', '_'), 'api_key') <= 2;
}

function passwordsIn(text: string): string[] {
  return [...text.matchAll(/:\/\/([^\s:@/]*):?([^\s]*)@/g)].flatMap(([, user = '', password = '']) =>
    [password, ...(password === '' && user.length >= 16 ? [user] : [])].filter((part) => part.length >= 3),
  );
}
