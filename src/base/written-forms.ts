const hidden = '[hidden]';

/** A line of a secret that is shorter says nothing by itself. */
const shortestLine = 8;

/** The text without a secret and without its lines: as they are, escaped for JSON once or twice or for HTML, or wrapped. */
export function withoutSecret(text: string, secret: string): string {
  let result = text;
  for (const part of partsOf(secret)) {
    for (const form of escapedForms(part)) result = result.replaceAll(form, hidden);
  }
  const mayBeWrapped = /[\r\n]|\\[nr]/.test(result) && secret.length >= 12 && !/\s/.test(secret);
  return mayBeWrapped ? result.replace(wrapped(secret), hidden) : result;
}

/** The text without what holds one of these in base64 or percent-encoded, and without what that stands in. */
export function withoutEncoded(text: string, secrets: readonly string[]): string {
  if (secrets.length === 0) return text;
  const parts = secrets.flatMap(partsOf);
  const isIn = (decoded: string): boolean => parts.some((part) => decoded.includes(part));
  const plain = text.replace(base64Run, (run) => (decodings(run).some(isIn) ? hidden : run));
  if (!plain.includes('%')) return plain;
  return plain.replace(/[^\s"'<>]+/g, (word) => {
    if (!word.includes('%')) return word;
    // In a form, a space is a plus sign.
    return isIn(percentDecoded(word)) || isIn(percentDecoded(word.replaceAll('+', ' '))) ? hidden : word;
  });
}

/** A secret, and where it has several lines, each of them that says something: longest first. */
function partsOf(secret: string): string[] {
  if (!secret.includes('\n')) return [secret];
  const lines = secret.split('\n').map((line) => line.trim());
  const telling = new Set(lines.filter(({ length }) => length >= shortestLine));
  return [secret, ...[...telling].sort((a, b) => b.length - a.length)];
}

function escapedForms(part: string): Set<string> {
  const once = JSON.stringify(part).slice(1, -1);
  const twice = JSON.stringify(once).slice(1, -1);
  return new Set([part, once, twice, html(part)]);
}

function html(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}

/** A secret with the ends of lines somewhere in it. */
function wrapped(secret: string): RegExp {
  const characters = [...secret].map((character) => character.replace(/[^\w\s]/, '\\$&'));
  return new RegExp(characters.join('(?:\\s|\\\\[nrt])*'), 'g');
}

/** Base64 of either alphabet, which may be broken into lines. */
export const base64Run = /[A-Za-z0-9+/_-]{12,}(?:(?:\s|\\[nr])+[A-Za-z0-9+/_-]{12,})*={0,2}/g;

/** What a run may stand for, wherever in the original it begins. */
export function decodings(run: string): string[] {
  const joined = run.replace(/\s|\\[nr]/g, '');
  return [0, 1, 2, 3].map((skipped) => Buffer.from(joined.slice(skipped), 'base64').toString());
}

function percentDecoded(word: string): string {
  return word.replace(/(?:%[0-9a-f]{2})+/gi, (bytes) =>
    Buffer.from(bytes.replaceAll('%', ''), 'hex').toString(),
  );
}
