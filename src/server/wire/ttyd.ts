import type { TerminalSize } from '../terminal/shell.ts';

/**
 * ttyd's protocol as of its release 1.7: the first byte of a message says what the rest is, in text and binary
 * messages alike. (Releases before numbered them differently.)
 */
export const ttydProtocol = 'tty';

/** Size of a terminal whose client does not say. */
export const defaultSize: TerminalSize = { columns: 80, rows: 24 };

export type ClientMessage =
  | { readonly type: 'hello'; readonly size: TerminalSize | undefined }
  | { readonly type: 'input'; readonly bytes: Buffer }
  | { readonly type: 'resize'; readonly size: TerminalSize }
  | { readonly type: 'pause' }
  | { readonly type: 'resume' };

/** What a client sent; undefined for anything that is none of the protocol, which is ignored as ttyd does. */
export function decodeClientMessage(message: Buffer): ClientMessage | undefined {
  switch (String.fromCharCode(message[0] ?? 0)) {
    case '0':
      return { type: 'input', bytes: message.subarray(1) };
    case '1': {
      const size = sizeFrom(message.subarray(1));
      return size && { type: 'resize', size };
    }
    case '2':
      return { type: 'pause' };
    case '3':
      return { type: 'resume' };
    case '{':
      return { type: 'hello', size: sizeFrom(message) };
    default:
      return undefined;
  }
}

export type ServerMessage =
  | { readonly type: 'output'; readonly bytes: Buffer }
  | { readonly type: 'title' | 'preferences'; readonly text: string };

export function decodeServerMessage(message: Buffer): ServerMessage | undefined {
  const rest = message.subarray(1);
  switch (String.fromCharCode(message[0] ?? 0)) {
    case '0':
      return { type: 'output', bytes: rest };
    case '1':
      return { type: 'title', text: rest.toString('utf8') };
    case '2':
      return { type: 'preferences', text: rest.toString('utf8') };
    default:
      return undefined;
  }
}

export const encodeHello = ({ columns, rows }: TerminalSize): string =>
  JSON.stringify({ AuthToken: '', columns, rows });

export const encodeResize = ({ columns, rows }: TerminalSize): Buffer =>
  Buffer.from(`1${JSON.stringify({ columns, rows })}`);

export const encodeInput = (bytes: Uint8Array): Buffer => prefixed('0', bytes);
export const encodeOutput = (bytes: Uint8Array): Buffer => prefixed('0', bytes);
export const encodeTitle = (title: string): Buffer => prefixed('1', Buffer.from(title));
/** What a stock client applies to its terminal; keys that it does not know upset it, so they go only to who asked. */
export const encodePreferences = (preferences: Readonly<Record<string, unknown>>): Buffer =>
  prefixed('2', Buffer.from(JSON.stringify(preferences)));

/**
 * The code with which our terminals close: 1000 after status 0, as ttyd; otherwise 4000 and the status, where ttyd
 * would drop the connection.
 */
export const closeCode = (exitCode: number): number => (exitCode === 0 ? 1000 : 4000 + (exitCode & 255));

/** The exit status that a close code tells; undefined where it tells none. */
export function exitCodeFrom(code: number): number | undefined {
  if (code === 1000) return 0;
  return code > 4000 && code <= 4255 ? code - 4000 : undefined;
}

function prefixed(letter: string, bytes: Uint8Array): Buffer {
  const message = Buffer.allocUnsafe(bytes.length + 1);
  message[0] = letter.charCodeAt(0);
  message.set(bytes, 1);
  return message;
}

/** A usable size from JSON; what is missing or out of bounds is taken from the default. */
function sizeFrom(json: Buffer): TerminalSize | undefined {
  try {
    const value: unknown = JSON.parse(json.toString('utf8'));
    if (typeof value !== 'object' || value === null) return undefined;
    const { columns, rows } = { columns: undefined, rows: undefined, ...value };
    return { columns: extent(columns, defaultSize.columns), rows: extent(rows, defaultSize.rows) };
  } catch {
    return undefined;
  }
}

function extent(value: unknown, fallback: number): number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 65_535
    ? value
    : fallback;
}
