import { systemClock } from '../../../src/base/clock.ts';
import type { Paths } from '../../../src/base/context.ts';
import { unixHttp } from '../../../src/base/unix-http.ts';
import { createRequester, parseAnswer } from '../../../src/providers/gpulab/request.ts';
import { capabilitiesSchema } from '../../../src/providers/gpulab/wire.ts';
import { placesIn } from '../../../src/providers/local/places.ts';
import { startServer } from '../../../src/providers/local/start.ts';

/** A program that needs the server of the directories in its argument: prints the pid of the one it got. */
const paths: Paths = JSON.parse(process.argv[2] ?? '');
const places = placesIn(paths);
const { signal } = new AbortController();
const clock = systemClock;
const program = `${paths.package}/dist/server.mjs`;

await startServer({
  places,
  program,
  version: 'test',
  engine: 'process',
  idleSeconds: 30,
  clock,
  signal,
  env: {},
});
const http = unixHttp(places.socket, 'starter');
const request = createRequester({
  http,
  baseUrl: 'http://localhost',
  headers: {},
  secrets: [],
  server: 'here',
  timeoutSeconds: 10,
  clock,
  signal,
});
const call = { method: 'GET', path: '/v1/capabilities' } as const;
console.log(parseAnswer(capabilitiesSchema, call, await request(call)).pid);
