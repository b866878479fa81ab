import { rm } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';

/** A point in the talk with an engine: a request as `POST /containers/create`, before it is sent or after its answer came. */
export interface Point {
  readonly request: string;
  readonly when: 'before' | 'after';
}

/** A socket between a server and its engine, where what they say can be cut off. */
export interface EngineProxy {
  readonly socket: string;
  /**
   * Calls `reached` at the next request that matches, before it reaches the engine or before its answer comes back, and lets
   * nothing of it through. Requests after it pass.
   */
  cutAt(point: { readonly request: RegExp; readonly when: Point['when'] }, reached: () => void): void;
  close(): Promise<void>;
}

export async function startProxy(socket: string, engine: string): Promise<EngineProxy> {
  let cut: { request: RegExp; when: Point['when']; reached: () => void } | undefined;
  const open = new Set<Socket>();
  // Each side closes its sending half on its own: that is how standard input ends.
  const server = createServer({ allowHalfOpen: true }, (client) => {
    open.add(client);
    client.on('error', () => undefined).on('close', () => open.delete(client));
    client.once('data', (first: Buffer) => {
      client.pause();
      const [method, path] = first.toString('latin1').split(' ', 2);
      const point = cut?.request.test(`${method} ${path}`) ? cut : undefined;
      if (point) cut = undefined;
      if (point?.when === 'before') {
        point.reached();
        client.destroy();
        return;
      }
      const upstream = connect({ path: engine, allowHalfOpen: true });
      upstream.on('error', () => client.destroy());
      upstream.write(first);
      client.on('close', () => upstream.destroy());
      client.pipe(upstream);
      if (!point) {
        upstream.pipe(client);
        return;
      }
      upstream.once('data', () => {
        point.reached();
        client.destroy();
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  return {
    socket,
    cutAt(point, reached) {
      cut = { ...point, reached };
    },
    async close() {
      for (const client of open) client.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      await rm(socket, { force: true });
    },
  };
}
