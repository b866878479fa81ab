/**
 * What is wrong with a base address of the API, or undefined where nothing is. The key travels with every request,
 * so plain http is for this machine only.
 */
export function baseUrlProblem(text: string): string | undefined {
  if (!URL.canParse(text)) return 'is not an address such as https://cloud.lambda.ai/api/v1';
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') return 'must not contain a user name or password';
  if (url.search !== '' || url.hash !== '') return 'must end with its path: no ? and no #';
  if (url.protocol === 'https:') return undefined;
  if (url.protocol === 'http:' && isLoopback(url.hostname)) return undefined;
  return 'must begin with https:// (http:// is for 127.0.0.1, [::1] and localhost, since the key travels along)';
}

/** The base address without its trailing slashes, so that a path can be appended. */
export function withoutTrailingSlash(text: string): string {
  return text.replace(/\/+$/, '');
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}
