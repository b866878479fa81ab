import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** A certificate for localhost and 127.0.0.1 that nobody signed, and its key: two PEM files. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** Makes one in a folder; undefined, with a notice, where openssl is not there. */
export function makeCertificate(folder: string): Certificate | undefined {
  const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  try {
    execFileSync(
      'openssl',
      // One line for each option and its value.
      [
        ...['req', '-x509', '-nodes', '-days', '2', '-subj', '/CN=localhost'],
        ...['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'],
        ...['-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost'],
        ...['-keyout', key, '-out', cert],
      ],
      { stdio: 'ignore' },
    );
    return { cert, key };
  } catch {
    console.info('skipped: openssl is not there to make a certificate');
    return undefined;
  }
}
