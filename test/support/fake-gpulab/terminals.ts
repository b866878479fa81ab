import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { WebSocketServer } from 'ws';

/** Where the terminals are: a stock ttyd at another address than the API, as with the hosted service. */
export interface Terminals {
  /** Address of a new terminal, its secret in the path. */
  make(secret: string): string;
  readonly port: number;
  /** The headers of every WebSocket that was opened. */
  readonly opened: readonly IncomingHttpHeaders[];
  stop(): void;
}

/**
 * ttyd, as far as a client notices: path and subprotocol must be right, nothing happens before the hello; then it says
 * its title, its preferences and a prompt, repeats what is typed, and ends normally at the letter q.
 */
export async function startTerminals(problem: (text: string) => void): Promise<Terminals> {
  const secrets = new Set<string>();
  const opened: IncomingHttpHeaders[] = [];
  const sockets = new WebSocketServer({
    noServer: true,
    handleProtocols: (offered) => (offered.has('tty') ? 'tty' : false),
  });
  const server = createServer((_request, response) => response.writeHead(404).end());
  server.on('upgrade', (request, stream, head) => {
    const [, secret = ''] = /^\/([^/]+)\/ws$/.exec(request.url ?? '') ?? [];
    opened.push(request.headers);
    if (!secrets.has(secret)) {
      problem(`a terminal was opened at ${request.url}`);
      stream.end('HTTP/1.1 404 Not Found\r\n\r\n');
      return;
    }
    if (request.headers['api-key'] !== undefined) problem('the key was sent to the terminals');
    sockets.handleUpgrade(request, stream, head, (socket) => {
      let greeted = false;
      socket.on('message', (data) => {
        const message = Buffer.from(
          Array.isArray(data) ? Buffer.concat(data) : new Uint8Array(data),
        ).toString();
        if (!greeted) {
          if (!message.startsWith('{') || socket.protocol !== 'tty') return;
          greeted = true;
          for (const part of ['1fake', '2{}', '0$ ']) socket.send(Buffer.from(part));
        } else if (message.startsWith('0')) {
          if (message.includes('q')) socket.close(1000);
          else socket.send(Buffer.from(message));
        }
      });
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    port,
    opened,
    make(secret) {
      secrets.add(secret);
      return `http://127.0.0.1:${port}/${secret}`;
    },
    stop() {
      for (const socket of sockets.clients) socket.terminate();
      server.close();
      server.closeAllConnections();
    },
  };
}
