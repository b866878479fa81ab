import type { RawData } from 'ws';

/** Largest WebSocket message that either side accepts, in bytes: the words of a command come in one. */
export const maxMessageBytes = 16 * 1024 * 1024;

/** The bytes of a WebSocket message, in whichever of ws's forms it came. */
export function messageBytes(data: RawData): Buffer {
  if (Array.isArray(data)) return Buffer.concat(data);
  return data instanceof ArrayBuffer ? Buffer.from(data) : data;
}
