import { terminalWire } from '../wire/terminal.ts';
import { endpoint } from './endpoint.ts';
import type { Routes } from './routes.ts';

/** Opens the way to a terminal: an address with a secret in its path, where a WebSocket speaks ttyd's protocol. */
export const terminalRoutes: Routes = (app, { engine, terminals, execRate, addressOf }) => {
  endpoint(
    app,
    'POST',
    '/v1/containers/:uuid/terminal',
    {
      id: 'openTerminal',
      summary: 'Make a way to a terminal in a container, or find the one whose connection was lost',
      notes: 'The address has a secret in its path, which is all that its WebSocket needs.',
      answer: terminalWire,
      problems: [409, 429, 501, 503],
    },
    async ({ params, request }) => {
      const box = await engine.get(params.uuid);
      execRate?.take(request.caller.name);
      const wanted = { box: box.id, title: box.spec.name, caller: request.caller.name };
      const secret = await terminals.open(wanted, () => engine.shell(box.id));
      const url = new URL(`/terminal/${secret}`, addressOf(request));
      return {
        status: 'success',
        terminal: {
          terminal_url: url.href,
          terminal_port: request.socket.localPort ?? 0,
          container_uuid: box.id,
        },
        websocket_url: `${url.href.replace(/^http/, 'ws')}/ws`,
      };
    },
  );
};
