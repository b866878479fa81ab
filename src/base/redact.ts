import { withoutEncoded, withoutSecret } from './written-forms.ts';

const hidden = '[hidden]';

const secretFields =
  '(?:api[_-]?key|access[_-]?key|auth[_-]?key|token|password|passwd|passphrase|secret|credentials?|private[_-]?key|user[_-]?data|' +
  'jupyter[_-]?(?:token|url))(?:[_-](?:key|value))?';
const inJson = new RegExp(`("(?:[\\w.-]*[_.-])?(?:${secretFields})"\\s*:\\s*)"(?:[^"\\\\]|\\\\.)*"?`, 'gi');
/** What stands for a value, or says where it is, and so gives nothing away. */
const placeholder =
  '(?!(?:VALUE|null)\\b|\\?\\?\\?|["\'\\\\]*\\.\\.\\.(?!\\w)|\\[hidden\\]|\\$\\{(?:oc\\.env:\\w+(?:,\\s*null)?|[\\w.]+)\\})';
/** A quoted value goes to its closing quote or to the end; a bare one to the next space, less what encloses it all. */
const written = '(?:\\\\?(["\'])(?:(?!\\\\?\\2)[\\s\\S])*(?:\\\\?\\2)?|[^\\s&]*[^\\s&"\',;:])';
const inPairs = new RegExp(`(?<![a-z0-9])((?:${secretFields})=)${placeholder}${written}`, 'gi');
const inUrls = /(:\/\/)[^\s/"':]*:[^\s/"']*@/g;
const inYaml = new RegExp(
  `^((?:[> ]\\s*\\d+ \\|)?[\\s-]*["']?(?:[\\w.-]*[_.-])?(?:${secretFields})["']?\\s*:\\s+["']?)${placeholder}[^\\s#].*$`,
  'i',
);
const secretKey = new RegExp(`(?:^|[_-])(?:${secretFields})$`, 'i');
const inHeaders = /\b(authorization|api-key)(["']?\s*[:=]\s*["']?)(?:(?:bearer|basic)\s+)?[^\s"']+/gi;
const pemBlock = /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g;

/**
 * Removes secrets from text that is about to be shown or recorded: the given values wherever they stand, and
 * whatever looks like a key, token, password, user data or private key by the name beside it.
 * @param secrets values known to be secret; those under 6 characters are hidden only where they stand alone, and those
 *   under 3 are left to the patterns.
 */
export function redact(text: string, secrets: readonly string[] = []): string {
  return redactValues(text, secrets)
    .replace(pemBlock, hidden)
    .replace(inJson, `$1"${hidden}"`)
    .replace(inPairs, `$1${hidden}`)
    .replace(inHeaders, `$1$2${hidden}`);
}

/**
 * Removes only the given values, however they are written, and the passwords in addresses; see `redact`.
 */
export function redactValues(text: string, secrets: readonly string[]): string {
  let result = text;
  for (const secret of secrets) {
    if (secret.length >= 6) result = withoutSecret(result, secret);
    else if (secret.length >= 3) result = result.replace(standingAlone(secret), hidden);
  }
  const long = secrets.filter(({ length }) => length >= 6);
  return withoutEncoded(result, long).replace(inUrls, `$1${hidden}@`);
}

/** Like `redact`, for a line of YAML, which may begin with a line number. */
export function redactYaml(line: string): string {
  return redact(line.replace(inYaml, `$1${hidden}`));
}

/** Whether a key, or the last part of a path, is called like one that holds a secret. */
export function isSecretKey(key: string): boolean {
  return secretKey.test(key.replaceAll('.', '_'));
}

/**
 * What to show of the text under a key: nothing of a secret, but which variable or which other key it is read from.
 */
export function hideSecret(key: string, text: string): string {
  const isReference = /^\$\{(?:oc\.env:\w+(?:,\s*null)?|[\w.]+)\}$/.test(text);
  return secretKey.test(key) && text !== '' && text !== '???' && !isReference ? hidden : text;
}

function standingAlone(secret: string): RegExp {
  return new RegExp(`(?<!\\w)${secret.replace(/[^\w\s]/g, '\\$&')}(?!\\w)`, 'g');
}
