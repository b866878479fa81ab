import type { ContainerPath, Routes } from './routes.ts';

/** Opens the way to a terminal: an address with a secret in its path, where a WebSocket speaks ttyd's protocol. */
export const terminalRoutes: Routes = (app, { engine, tickets }) => {
  app.post<ContainerPath>('/v1/containers/:uuid/terminal', async (request) => {
    const box = await engine.get(request.params.uuid);
    const host = request.headers.host ?? 'localhost';
    const path = `/terminal/${tickets.issue(box.id)}`;
    return {
      status: 'success',
      terminal: {
        terminal_url: `http://${host}${path}`,
        terminal_port: request.socket.localPort ?? 0,
        container_uuid: box.id,
      },
      websocket_url: `ws://${host}${path}/ws`,
    };
  });
};
