import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/** How often it is looked whether the server is still of use, in milliseconds. */
const lookMilliseconds = 5_000;

/** A starter needs this long to make its first request. */
const shortestMilliseconds = 200;

/**
 * Resolves with the reason when a server should stop: it has had no boxes and no connections for
 * `idleMilliseconds`, or is of no use any more and nobody is connected.
 */
export function watchIdle(options: {
  readonly server: Server;
  readonly isEmpty: () => boolean;
  /** Null for a server that stays however idle it is. */
  readonly idleMilliseconds: number | null;
  /** Why the server serves nobody any more, whatever it holds; undefined while it does. */
  readonly whyUseless: () => Promise<string | undefined>;
}): Promise<string> {
  const connections = new Set<Socket>();
  return new Promise((resolve) => {
    let timer: NodeJS.Timeout | undefined;
    const settle = (why: string): void => {
      clearTimeout(timer);
      clearInterval(looking);
      resolve(why);
    };
    const { idleMilliseconds } = options;
    const rearm = (): void => {
      clearTimeout(timer);
      if (connections.size > 0 || idleMilliseconds === null) return;
      timer = setTimeout(
        () => {
          if (connections.size > 0) return;
          if (options.isEmpty()) settle('idle');
          else rearm();
        },
        Math.max(shortestMilliseconds, idleMilliseconds),
      );
    };
    const looking = setInterval(() => {
      if (connections.size > 0) return;
      void options.whyUseless().then((why) => {
        if (why !== undefined && connections.size === 0) settle(why);
      });
    }, lookMilliseconds);
    options.server.on('connection', (socket: Socket) => {
      connections.add(socket);
      clearTimeout(timer);
      socket.once('close', () => {
        connections.delete(socket);
        rearm();
      });
    });
    rearm();
  });
}
