/**
 * The address of a request below whatever base it was reached under: GPULab's own base address ends with `/api`, and a
 * client's may end with a slash, so `/api//v1/account` means `/v1/account`.
 */
export function belowBase(url: string): string {
  return url.replace(/^\/+(?:api(?=\/))?\/*/, '/');
}
