import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Where a container engine may be reached. */
export type Endpoint =
  | { readonly kind: 'unix'; readonly path: string }
  | {
      readonly kind: 'tcp';
      readonly host: string;
      readonly port: number;
      /** Certificates, as PEM; undefined speaks plain HTTP. */
      readonly tls: { readonly ca: string; readonly cert: string; readonly key: string } | undefined;
    };

/** What decides where an engine is looked for. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  readonly uid: number;
}

/**
 * The places where an engine is looked for, in order: what `DOCKER_HOST` says and nothing else, or the sockets of
 * Docker and of Podman, the machine's before the user's.
 * @throws Error where `DOCKER_HOST` is nothing that can be used.
 */
export async function endpointsIn({ env, home, uid }: Surroundings): Promise<Endpoint[]> {
  const given = env['DOCKER_HOST'];
  if (given) return [await parseHost(given, env)];
  const runtime = env['XDG_RUNTIME_DIR'] || `/run/user/${uid}`;
  return [
    '/var/run/docker.sock',
    join(home, '.docker', 'run', 'docker.sock'),
    join(runtime, 'docker.sock'),
    '/run/podman/podman.sock',
    join(runtime, 'podman', 'podman.sock'),
  ].map((path) => ({ kind: 'unix', path }));
}

/** The endpoint as `DOCKER_HOST` spells it. */
export const formatEndpoint = (endpoint: Endpoint): string =>
  endpoint.kind === 'unix' ? `unix://${endpoint.path}` : `tcp://${endpoint.host}:${endpoint.port}`;

async function parseHost(text: string, env: Surroundings['env']): Promise<Endpoint> {
  if (text.startsWith('unix://')) return { kind: 'unix', path: text.slice('unix://'.length) };
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isUsable = url && ['tcp:', 'http:', 'https:'].includes(url.protocol) && url.hostname !== '';
  if (!isUsable) throw new Error('DOCKER_HOST must be unix://PATH or tcp://HOST:PORT here');
  const isSecure = url.protocol === 'https:' || env['DOCKER_TLS_VERIFY'] === '1' || url.port === '2376';
  const port = Number(url.port) || (isSecure ? 2376 : 2375);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  return { kind: 'tcp', host, port, tls: isSecure ? await readCertificates(env) : undefined };
}

async function readCertificates(env: Surroundings['env']) {
  const directory = env['DOCKER_CERT_PATH'];
  if (!directory)
    throw new Error('DOCKER_HOST wants TLS, and DOCKER_CERT_PATH does not say with which files');
  const [ca, cert, key] = await Promise.all(
    (['ca.pem', 'cert.pem', 'key.pem'] as const).map((name) => readFile(join(directory, name), 'utf8')),
  );
  return { ca: ca ?? '', cert: cert ?? '', key: key ?? '' };
}
