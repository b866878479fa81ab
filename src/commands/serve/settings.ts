import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import * as z from 'zod/mini';
import { DevboxError } from '../../base/errors.ts';
import { cleanLine } from '../../base/text.ts';
import { engineChoices } from '../../server/engine/choices.ts';
import { stateShape } from './state.ts';

const file = (meaning: string) => z.nullable(z.string().check(z.minLength(1))).check(z.describe(meaning));

export const serveShape = {
  host: z.string().check(z.minLength(1), z.describe('the address to listen on')),
  port: z.int().check(z.minimum(0), z.maximum(65_535), z.describe('0 takes any that is free')),
  socket: file('path of a unix socket that only you can open, instead of host and port'),
  tls_cert: file('certificate chain, a PEM file'),
  tls_key: file('its private key, a PEM file'),
  insecure: z
    .boolean()
    .check(z.describe('serve others without TLS, and anyone as long as there are no keys')),
  public_url: z
    .nullable(z.url({ protocol: /^https?$/, error: 'an address that begins with http:// or https://' }))
    .check(z.describe('the address that others use, where requests do not name it')),
  engine: z
    .enum(engineChoices, { error: `must be ${engineChoices.join(', ')}` })
    .check(
      z.describe('what boxes are: containers of Docker or Podman, or processes; auto takes what answers'),
    ),
  exec_rate: z
    .nullable(z.int().check(z.minimum(1), z.maximum(1_000_000)))
    .check(z.describe('commands that one key may start within a minute; null for no limit')),
  ...stateShape,
};

export type ServeSettings = z.infer<z.ZodMiniObject<typeof serveShape>>;

/**
 * The arguments of the server's program for these settings, after everything about them that can be wrong was looked at.
 * @throws DevboxError of kind `usage`
 */
export async function serverArguments(settings: ServeSettings, cwd: string): Promise<string[]> {
  if (settings.socket !== null) return ['--socket', resolve(cwd, settings.socket)];
  const tls = await tlsArguments(settings, cwd);
  if (!isLoopback(settings.host) && tls.length === 0 && !settings.insecure) throw tooOpen(settings.host);
  return [
    ...['--host', settings.host, '--port', String(settings.port)],
    ...tls,
    ...(settings.public_url === null ? [] : ['--public-url', settings.public_url]),
    ...(settings.insecure ? ['--open'] : []),
  ];
}

async function tlsArguments({ tls_cert, tls_key }: ServeSettings, cwd: string): Promise<string[]> {
  if (tls_cert === null && tls_key === null) return [];
  if (tls_cert === null || tls_key === null) {
    throw new DevboxError('usage', 'TLS needs both a certificate and its private key', {
      code: 'serve/half-tls',
      title: 'Configuration Error',
      hint: 'Give both: tls_cert=FILE tls_key=FILE',
    });
  }
  const paths = { tls_cert: resolve(cwd, tls_cert), tls_key: resolve(cwd, tls_key) };
  const cert = await readTlsFile('tls_cert', paths.tls_cert);
  const key = await readTlsFile('tls_key', paths.tls_key);
  checkTls(cert, key);
  return ['--tls-cert', paths.tls_cert, '--tls-key', paths.tls_key];
}

async function readTlsFile(key: string, path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new DevboxError('usage', `${key} cannot be read: ${why}`, {
      code: 'serve/tls-file',
      title: 'Configuration Error',
      cause,
    });
  }
}

/** Looks at both before the server does, which could only repeat what OpenSSL says. */
function checkTls(cert: string, key: string): void {
  // Loaded here: every command reads this file, and none but this one needs TLS.
  const { createSecureContext } = process.getBuiltinModule('node:tls');
  const problem = (code: string, message: string, cause: unknown) =>
    new DevboxError('usage', message, {
      code,
      title: 'Configuration Error',
      details: [
        { label: 'Reason', value: cleanLine(cause instanceof Error ? cause.message : String(cause)) },
      ],
      hint: 'Both are PEM files: a certificate with its chain, and its private key without a passphrase.',
      cause,
    });
  for (const [name, options] of [
    ['tls_cert', { cert }],
    ['tls_key', { key }],
  ] as const) {
    try {
      createSecureContext(options);
    } catch (cause) {
      throw problem('serve/tls-file', `${name} holds nothing that can be used`, cause);
    }
  }
  try {
    createSecureContext({ cert, key });
  } catch (cause) {
    throw problem(
      'serve/tls-mismatch',
      'tls_key is not the private key of the certificate in tls_cert',
      cause,
    );
  }
}

/** Whether only this machine can reach an address to listen on. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host);
}

function tooOpen(host: string): DevboxError {
  return new DevboxError('usage', `${host} can be reached by others, and there is no TLS`, {
    code: 'serve/no-tls',
    title: 'Configuration Error',
    details: [
      { label: 'At stake', value: 'API keys, commands and files would cross the network in the clear' },
    ],
    hint: 'Give tls_cert=FILE tls_key=FILE; or insecure=true where the network itself is safe, such as a VPN.',
  });
}
