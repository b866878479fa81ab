/** Splits `a.b[c].d` into `a`, `b`, `c`, `d`. Leading dots and empty segments are kept as empty texts. */
export function splitKey(key: string): string[] {
  if (!key.includes('[')) return key.split('.');
  const head = /^\.*[^.[]*/.exec(key)?.[0] ?? '';
  const segments = head.split('.');
  if (key.charAt(head.length) === '[' && segments.at(-1) === '') segments.pop();
  for (const match of key.slice(head.length).matchAll(/\.([^.[]*)|\[(.*?)\]/g)) {
    segments.push(match[1] || match[2] || '');
  }
  return segments;
}
