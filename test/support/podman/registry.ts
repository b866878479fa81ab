import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type Entry, tarOf } from '../tar.ts';

/** A registry of images on loopback, as far as an engine that pulls needs one. */
export interface Registry {
  /** `127.0.0.1:PORT`, for references. */
  readonly host: string;
  /** What was asked for so far, as `GET /v2/...`; and which of the requests had credentials. */
  readonly requests: readonly { readonly line: string; readonly authorization: string | undefined }[];
  /** Puts an image under a tag, in place of the one that was there. @returns its digest. */
  publish(name: string, tag: string, files: readonly Entry[]): string;
  /** Forgets what is under a tag. */
  withdraw(name: string, tag: string): void;
  /** Lets layers wait from now on. @returns what lets them go. */
  hold(): () => void;
  close(): Promise<void>;
}

interface Blob {
  readonly type: string;
  readonly content: Buffer;
}

const manifestType = 'application/vnd.oci.image.manifest.v1+json';
const configType = 'application/vnd.oci.image.config.v1+json';
const layerType = 'application/vnd.oci.image.layer.v1.tar';

/** @param login who may pull; null lets anybody. */
export async function startRegistry(
  login: { readonly username: string; readonly password: string } | null,
): Promise<Registry> {
  const blobs = new Map<string, Blob>();
  /** Digests of manifests, by `NAME:TAG`. */
  const tags = new Map<string, string>();
  const requests: { line: string; authorization: string | undefined }[] = [];
  let held: Promise<void> = Promise.resolve();
  const wanted = login && `Basic ${Buffer.from(`${login.username}:${login.password}`).toString('base64')}`;

  const keep = (type: string, content: Buffer): { mediaType: string; digest: string; size: number } => {
    const digest = `sha256:${createHash('sha256').update(content).digest('hex')}`;
    blobs.set(digest, { type, content });
    return { mediaType: type, digest, size: content.length };
  };
  const serve = async (request: IncomingMessage, answer: ServerResponse): Promise<void> => {
    const { method = '', url = '' } = request;
    const { authorization } = request.headers;
    requests.push({ line: `${method} ${url}`, authorization });
    if (wanted && authorization !== wanted) {
      answer.writeHead(401, { 'www-authenticate': 'Basic realm="registry for tests"' });
      answer.end('{"errors":[{"code":"UNAUTHORIZED","message":"authentication required"}]}');
      return;
    }
    const [, name, reference] = /^\/v2\/(.+)\/(?:manifests|blobs)\/([^/]+)$/.exec(url) ?? [];
    const digest = tags.get(`${name}:${reference}`) ?? reference ?? '';
    const blob = blobs.get(digest);
    if (blob?.type === layerType) await held;
    if (blob) {
      answer.writeHead(200, {
        ...{ 'content-type': blob.type, 'content-length': blob.content.length },
        'docker-content-digest': digest,
      });
      answer.end(method === 'HEAD' ? undefined : blob.content);
    } else if (url === '/v2/') answer.end('{}');
    else answer.writeHead(404).end('{"errors":[{"code":"NAME_UNKNOWN","message":"no such image"}]}');
  };
  const server = createServer((request, answer) => void serve(request, answer));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  return {
    host: `127.0.0.1:${port}`,
    requests,
    publish(name, tag, files) {
      const layer = keep(layerType, tarOf(files));
      const image = {
        ...{ architecture: process.arch === 'x64' ? 'amd64' : process.arch, os: 'linux' },
        config: { Cmd: ['/bin/sh'], Env: ['PATH=/bin'] },
        rootfs: { type: 'layers', diff_ids: [layer.digest] },
      };
      const config = keep(configType, Buffer.from(JSON.stringify(image)));
      const manifest = { schemaVersion: 2, mediaType: manifestType, config, layers: [layer] };
      const { digest } = keep(manifestType, Buffer.from(JSON.stringify(manifest)));
      tags.set(`${name}:${tag}`, digest);
      return digest;
    },
    withdraw: (name, tag) => void tags.delete(`${name}:${tag}`),
    hold() {
      let letGo = (): void => undefined;
      held = new Promise((resolve) => {
        letGo = resolve;
      });
      return letGo;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
