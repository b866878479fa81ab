/**
 * The address of a request below whatever base it was reached under: GPULab's own base address ends with `/api`, and a
 * client's may end with a slash, so `/api//v1/account` means `/v1/account`.
 */
export function belowBase(url: string): string {
  return url.replace(/^\/+(?:api(?=\/))?\/*/, '/');
}

/**
 * What a log says of an address: neither its query, which may tell what is looked for in files, nor the secret of a
 * terminal, however it is spelled.
 */
export function shownPath(url: string): string {
  const path = url.replace(/[?#].*$/s, '');
  const plain = decoded(path).replace(/\/{2,}/g, '/');
  return /\/terminal\/./i.test(plain) ? '/terminal/[hidden]' : path;
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path.replace(/%[0-9a-f]{2}/gi, (code) => String.fromCharCode(Number.parseInt(code.slice(1), 16)));
  }
}
