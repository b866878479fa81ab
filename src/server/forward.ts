import type { IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';

/** Headers of a client's that are no business of whoever it is forwarded to. */
const kept = /^(?:connection|upgrade|host|sec-websocket-[\w-]+)$/i;

/**
 * Hands a request for a WebSocket on to a unix socket, and passes bytes between the two from then on.
 * @param path what is asked for there.
 * @param ended is called once, when either side has closed.
 */
export function forwardUpgrade(
  { request, stream, head }: { request: IncomingMessage; stream: Duplex; head: Buffer },
  target: { readonly socket: string; readonly path: string },
  ended: () => void,
): void {
  const inner = connect(target.socket);
  const close = (): void => {
    inner.destroy();
    stream.destroy();
  };
  inner.once('connect', () => {
    const lines = [`GET ${target.path} HTTP/1.1`];
    for (let i = 0; i + 1 < request.rawHeaders.length; i += 2) {
      const [name = '', value = ''] = request.rawHeaders.slice(i, i + 2);
      if (kept.test(name)) lines.push(`${name}: ${value}`);
    }
    inner.write(`${lines.join('\r\n')}\r\n\r\n`);
    if (head.length > 0) inner.write(head);
    stream.pipe(inner).pipe(stream);
  });
  inner.once('error', close);
  stream.once('error', close);
  stream.once('close', close);
  inner.once('close', () => {
    // What is on its way arrives; the other side may never close its own.
    stream.end(() => stream.destroy());
    ended();
  });
}
