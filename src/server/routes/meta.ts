import { type CapabilitiesWire, extensions, protocolVersion } from '../wire/capabilities.ts';
import type { Routes } from './routes.ts';

/** What is known without looking at a box: health, extensions, whose account it is. */
export const metaRoutes: Routes = (app, { engine, version, user }) => {
  app.get('/healthz', () => ({ status: 'ok' }));

  app.get(
    '/v1/capabilities',
    (): CapabilitiesWire => ({
      server: 'devbox',
      version,
      protocol: protocolVersion,
      extensions,
      engine: engine.name,
      pid: process.pid,
    }),
  );

  app.get('/v1/account', () => ({
    name: user.name,
    email: `${user.name}@${user.host}`,
    team: null,
    container_count: engine.size,
  }));
};
