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

  endpoint(
    app,
    'GET',
    '/v1/account',
    { id: 'account', summary: 'Whose server this is', answer: accountWire },
    () => ({
      name: user.name,
      email: `${user.name}@${user.host}`,
      team: null,
      container_count: engine.size,
    }),
  );
};
