import type { ContainerPath, Routes } from './routes.ts';

/** Opens the way to a terminal: an address with a secret in its path, where a WebSocket speaks ttyd's protocol. */
export const terminalRoutes: Routes = (app, { engine, terminals, addressOf }) => {
  app.post<ContainerPath>('/v1/containers/:uuid/terminal', async (request) => {
    const box = await engine.get(request.params.uuid);
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
  });
};
