import { accountWire, healthWire } from '../wire/answers.ts';
import { capabilitiesWire, extensions, protocolVersion } from '../wire/capabilities.ts';
import { endpoint } from './endpoint.ts';
import type { Routes } from './routes.ts';

/** What is known without looking at a box: health, extensions, whose account it is. */
export const metaRoutes: Routes = (app, { engine, version, user }) => {
  endpoint(
    app,
    'GET',
    '/healthz',
    { id: 'health', summary: 'Whether the server lives', answer: healthWire, open: true },
    () => ({ status: 'ok' }),
  );

  endpoint(
    app,
    'GET',
    '/v1/capabilities',
    { id: 'capabilities', summary: 'What the server can do beyond GPULab’s API', answer: capabilitiesWire },
    () => ({
      server: 'devbox' as const,
      version,
      protocol: protocolVersion,
      extensions,
      engine: engine.name,
      pid: process.pid,
    }),
  );

  // Whoever has a key is who the key was made for; all others are the one who serves.
  endpoint(
    app,
    'GET',
    '/v1/account',
    { id: 'account', summary: 'Whose key this is', answer: accountWire },
    ({ request: { caller } }) => {
      const name = caller.hasKey ? caller.name : user.name;
      return { name, email: `${name}@${user.host}`, team: null, container_count: engine.size };
    },
  );
};
