import { createServer } from 'node:http';

/** What becomes of a request on its way: it gets through, or its connection ends before or after its effect. */
export type Fate = 'through' | 'lost-before' | 'lost-after';

/** A way to an emulator on which requests can get lost. */
export interface Way {
  readonly url: string;
  close(): void;
}

/** @param fateOf hears of each request before it goes on, with its number from 1. */
export async function openWay(to: string, fateOf: (request: number) => Fate): Promise<Way> {
  let requests = 0;
  const server = createServer(async (request, response) => {
    requests += 1;
    const fate = fateOf(requests);
    if (fate === 'lost-before') {
      request.socket.destroy();
      return;
    }
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { host: _, connection: __, 'content-length': ___, ...headers } = request.headers;
    const answer = await fetch(`${to}${request.url}`, {
      method: request.method ?? 'POST',
      headers: Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)]),
      body: Buffer.concat(chunks),
    });
    const body = Buffer.from(await answer.arrayBuffer());
    if (fate === 'lost-after') {
      request.socket.destroy();
      return;
    }
    const type = answer.headers.get('content-type');
    response.writeHead(answer.status, type ? { 'content-type': type } : {}).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
