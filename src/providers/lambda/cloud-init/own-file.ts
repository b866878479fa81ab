import { readFile, stat } from 'node:fs/promises';
import { DevboxError } from '../../../base/errors.ts';

/** Largest user data that is sent, in bytes: the API says 1 MB without saying which; this is the smaller reading. */
export const largestUserData = 1_000_000;

/** First lines by which cloud-init tells what it was given. */
const headers = [
  /^#cloud-config\s*$/,
  /^#cloud-config-archive\s*$/,
  /^#cloud-boothook\s*$/,
  /^#part-handler\s*$/,
  /^#include(-once)?\s*$/,
  /^## template: ?jinja\s*$/,
  /^#!/,
  /^(Content-Type: ?multipart|MIME-Version:)/i,
];

/**
 * Reads the user's own cloud-init file, which is sent as it is.
 * @throws DevboxError of kind `usage` where the file cannot be read, or cloud-init would not know what it is.
 */
export async function ownUserData(file: string): Promise<string> {
  const unreadable = (cause: unknown): never => {
    throw wrong(file, 'it cannot be read', undefined, cause);
  };
  // A pipe would be waited for, a device never ends.
  if (!(await stat(file).catch(unreadable)).isFile()) throw wrong(file, 'it is no regular file');
  const bytes = await readFile(file).catch(unreadable);
  if (bytes.length > largestUserData) {
    throw wrong(file, `it has ${bytes.length} bytes; at most ${largestUserData} can be sent`);
  }
  const text = decode(bytes) ?? fail(file, 'it is no UTF-8 text', 'give the plain text, not base64 or gzip');
  const [first = ''] = text.split('\n', 1);
  if (headers.some((header) => header.test(first))) return text;
  throw wrong(
    file,
    'cloud-init would not know what it is',
    'begin it with #cloud-config, or with #! and a shell',
  );
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function fail(file: string, why: string, hint: string): never {
  throw wrong(file, why, hint);
}

function wrong(file: string, why: string, hint?: string, cause?: unknown): DevboxError {
  return new DevboxError('usage', `the cloud-init file cannot be used: ${why}`, {
    code: 'cloud-init/file',
    title: 'Cloud-init',
    details: [{ label: 'File', value: file }],
    hint: hint ?? 'set cloud_init.file to another file, or to null for the one of devbox',
    cause,
  });
}
