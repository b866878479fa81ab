const hidden = '[hidden]';

const secretFields =
  'api[_-]?key|token|password|passwd|secret|private[_-]?key|user[_-]?data|jupyter[_-]?(?:token|url)';
const inJson = new RegExp(`("(?:${secretFields})"\\s*:\\s*)"(?:[^"\\\\]|\\\\.)*"?`, 'gi');
const inPairs = new RegExp(`\\b((?:${secretFields})=)[^\\s&"']+`, 'gi');
const secretKey = new RegExp(`(?:^|[_-])(?:${secretFields})$`, 'i');
const inHeaders = /\b(authorization|api-key)(["']?\s*[:=]\s*["']?)(?:(?:bearer|basic)\s+)?[^\s"']+/gi;
const pemBlock = /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g;

/**
 * Removes secrets from text that is about to be shown or recorded: the given values wherever they stand, and
 * whatever looks like a key, token, password, user data or private key by the name beside it.
 * @param secrets values known to be secret; those under 6 characters are left to the patterns.
 */
export function redact(text: string, secrets: readonly string[] = []): string {
  let result = text;
  for (const secret of secrets) {
    if (secret.length >= 6) result = result.replaceAll(secret, hidden);
  }
  return result
    .replace(pemBlock, hidden)
    .replace(inJson, `$1"${hidden}"`)
    .replace(inPairs, `$1${hidden}`)
    .replace(inHeaders, `$1$2${hidden}`);
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
