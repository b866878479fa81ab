import type { FastifyRequest } from 'fastify';

/** Tells the address (scheme, host and port) by which a caller reached this server. */
export type Addresser = (request: Pick<FastifyRequest, 'headers' | 'protocol'>) => URL;

/**
 * @param publicUrl the address that others use, where it is not the one that requests name: behind a proxy, say.
 */
export function addresser(publicUrl: URL | null): Addresser {
  return ({ headers, protocol }) => {
    if (publicUrl) return new URL(publicUrl);
    const named = `${protocol}://${headers.host ?? 'localhost'}`;
    // A Host header is foreign text; what is none of a host is not repeated.
    return new URL(URL.canParse(named) ? new URL(named).origin : `${protocol}://localhost`);
  };
}
