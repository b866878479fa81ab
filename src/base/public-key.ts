import { createHash } from 'node:crypto';

/** Kinds of keys that OpenSSH knows. */
const kinds =
  /^(ssh-(ed25519|rsa|dss)|ecdsa-sha2-nistp(256|384|521)|sk-(ssh-ed25519|ecdsa-sha2-nistp256)@openssh\.com)$/;

/**
 * What keeps a text from being one public key in OpenSSH's form, `KIND BASE64 [COMMENT]`, as the end of a sentence that
 * begins with the key; undefined where nothing does.
 */
export function publicKeyProblem(text: string): string | undefined {
  const key = text.trim();
  if (/PRIVATE KEY/.test(key))
    return 'is a private key; give the public one, as in the file with .pub at its end';
  if (/[\r\n]/.test(key)) return 'must be one key on one line';
  if (/\p{C}/u.test(key) || key.length > 16_384) return 'is no public key';
  const [kind = '', blob = ''] = key.split(/ +/);
  if (kinds.test(kind) && isBlobOf(kind, blob)) return undefined;
  return 'must be a public key as in ~/.ssh/id_ed25519.pub: ssh-ed25519 AAAA... name';
}

/** A key says its kind once more inside. */
function isBlobOf(kind: string, blob: string): boolean {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(blob)) return false;
  const bytes = Buffer.from(blob, 'base64');
  const length = bytes.length >= 4 ? bytes.readUInt32BE(0) : 0;
  return bytes.length > 4 + length && bytes.subarray(4, 4 + length).toString('latin1') === kind;
}

/** `SHA256:...`, as ssh shows keys; undefined for a text that is no key. */
export function publicKeyFingerprint(text: string): string | undefined {
  if (publicKeyProblem(text) !== undefined) return undefined;
  const blob = Buffer.from(text.trim().split(/ +/)[1] ?? '', 'base64');
  return `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`;
}
