import type { Audit } from './audit/audit.ts';
import type { Access } from './auth/caller.ts';
import { serveExecStream } from './exec/stream.ts';
import { ApiProblem } from './problem.ts';
import { admit, requestId } from './requests.ts';
import type { RouteDeps } from './routes/routes.ts';
import type { SocketRoute } from './upgrades.ts';
import { execProtocol } from './wire/exec-stream.ts';
import { ttydProtocol } from './wire/ttyd.ts';

/** The WebSockets that the server offers: commands with their streams apart, and terminals. */
export function socketRoutes(
  { engine, terminals, execRate }: RouteDeps,
  { access, audit }: { readonly access: Access; readonly audit: Audit },
): SocketRoute[] {
  return [
    {
      path: '/v1/containers/{uuid}/exec/stream',
      protocol: execProtocol,
      summary: 'A command with its streams apart, see the extension `exec-stream`; needs the key',
      required: true,
      async open([id = ''], { headers }) {
        const caller = await admit(access, headers);
        const box = await engine.get(id);
        execRate?.take(caller.name);
        const about = {
          request: requestId(headers),
          caller: caller.name,
          operation: 'exec/stream',
          target: box.id,
        };
        audit({ ...about, phase: 'begin' });
        return (socket) =>
          serveExecStream(socket, engine, box.id, (exitCode) => audit({ ...about, phase: 'end', exitCode }));
      },
    },
    {
      path: '/terminal/{secret}/ws',
      protocol: ttydProtocol,
      summary: 'A terminal, in the protocol of ttyd 1.7; the secret is all it needs',
      async forward([secret = ''], { headers, url }) {
        const terminal = await terminals.find(secret);
        // A key that was taken back does not open the terminals either that were asked for with it.
        if (!terminal || !(await access.knows(terminal.caller))) {
          throw new ApiProblem(404, 'not-found', 'this terminal has ended, or never was');
        }
        const about = {
          request: requestId(headers),
          caller: terminal.caller,
          operation: 'terminal',
          target: terminal.box,
        };
        audit({ ...about, phase: 'begin' });
        return {
          socket: terminal.socket,
          path: `/ws${new URL(url ?? '/', 'http://server').search}`,
          ended: () => audit({ ...about, phase: 'end' }),
        };
      },
    },
  ];
}
