import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text as readText } from 'node:stream/consumers';
import { type Fault, Faults } from '../faults.ts';
import { spoilAfter, spoilBefore, write } from '../spoil.ts';
import { Containers, type FakeContainer, missing } from './containers.ts';
import { exec, logs, stats } from './inside.ts';
import { type Outcome, ok, refuse } from './outcome.ts';
import { Credentials, gpusAvailable, gpuTypes, one, page, templates, volumes } from './resources.ts';
import { startTerminals, type Terminals } from './terminals.ts';

export interface FakeGpulabOptions {
  /** The one key that is accepted. Default `fakeKey`. */
  readonly apiKey?: string;
  /** Default: any free port. */
  readonly port?: number;
  /** What successive looks at a new container find; the last stays. Default deploying, running. */
  readonly statuses?: readonly string[];
  readonly faults?: readonly Fault[];
}

export interface RecordedRequest {
  readonly method: string;
  /** Below the base address. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  /** Parsed JSON; undefined where there was none. */
  readonly body: unknown;
}

export interface FakeGpulab {
  /** For `api.base_url`. */
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly requests: readonly RecordedRequest[];
  readonly containers: readonly FakeContainer[];
  readonly terminals: Terminals;
  /** Where executed commands run. */
  readonly directory: string;
  /** What clients did that the published API does not have. */
  readonly problems: readonly string[];
  fault(fault: Fault): void;
  /** Puts a container into the account; `quirks` are put over what its answers hold. */
  addContainer(
    request: Readonly<Record<string, unknown>>,
    quirks?: Readonly<Record<string, unknown>>,
  ): FakeContainer;
  /** Requests of one kind, as `POST /v1/containers`. */
  sent(kind: string): RecordedRequest[];
  /** Ends it. @throws Error listing every problem and every fault that no request met, unless told not to check. */
  stop(options?: { readonly check?: boolean }): Promise<void>;
}

export const fakeKey = 'gpulab_abcd1234_fakefakefakefake';

const base = '/api';

/** Starts an imitation of GPULab on 127.0.0.1; README.md beside this file says what it imitates. */
export async function startFakeGpulab(options: FakeGpulabOptions = {}): Promise<FakeGpulab> {
  const apiKey = options.apiKey ?? fakeKey;
  const problems: string[] = [];
  const requests: RecordedRequest[] = [];
  const problem = (text: string): void => void problems.push(text);
  const faults = new Faults();
  for (const fault of options.faults ?? []) faults.add(fault);
  const state: State = {
    containers: new Containers(options.statuses ?? ['deploying', 'running']),
    credentials: new Credentials(),
    terminals: await startTerminals(problem),
    directory: await mkdtemp(join(tmpdir(), 'fake-gpulab-')),
    problem,
  };

  const server = createServer((message, response) => {
    exchange(message, response).catch((error: unknown) => {
      problem(`the imitation itself failed: ${String(error)}`);
      response.destroy();
    });
  });

  async function exchange(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(message.url ?? '/', 'http://127.0.0.1');
    const raw = await readText(message);
    const method = message.method ?? 'GET';
    const path = url.pathname.startsWith(`${base}/v1/`) ? url.pathname.slice(base.length) : url.pathname;
    const request = { method, path, query: url.searchParams, headers: message.headers, body: parsed(raw) };
    requests.push(request);
    if (message.headers.accept !== 'application/json') problem(`${method} ${path} does not accept JSON`);
    const fault = faults.take(method, path);
    if (
      fault &&
      spoilBefore(fault, response, (refusal) =>
        give(response, refuse(refusal.status ?? 400, refusal.message ?? 'Refused.')),
      )
    )
      return;
    const isKnown = message.headers['api-key'] === apiKey;
    const outcome = isKnown ? await answerTo(request, state) : refuse(401, 'Unauthenticated.');
    if (fault && (await spoilAfter(fault, response, outcome.json))) return;
    give(response, outcome);
  }

  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    baseUrl: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}${base}`,
    apiKey,
    requests,
    containers: state.containers.all,
    terminals: state.terminals,
    directory: state.directory,
    problems,
    fault: (fault) => faults.add(fault),
    addContainer: (request, quirks) => state.containers.add(request, quirks),
    sent: (kind) => requests.filter((request) => `${request.method} ${request.path}` === kind),
    async stop({ check = true } = {}) {
      server.close();
      server.closeAllConnections();
      state.terminals.stop();
      await rm(state.directory, { recursive: true, force: true });
      const wrong = [...problems, ...faults.unused()];
      if (check && wrong.length > 0) throw new Error(`fake GPULab:\n  ${wrong.join('\n  ')}`);
    },
  };
}

interface State {
  readonly containers: Containers;
  readonly credentials: Credentials;
  readonly terminals: Terminals;
  readonly directory: string;
  readonly problem: (text: string) => void;
}

/** What the published API answers; a request that it does not have is a problem. */
async function answerTo(request: RecordedRequest, state: State): Promise<Outcome> {
  const { method, path, query } = request;
  const body: Readonly<Record<string, unknown>> = Object(request.body);
  const { containers, credentials } = state;
  const [, resource = '', id = '', ...below] = path.split('/').slice(1).map(decodeURIComponent);
  const route = [method, resource, ...(id === '' ? [] : ['*']), ...below].join(' ');
  switch (
    id === 'categories' || id === 'types' || id === 'available' ? `${method} ${resource} ${id}` : route
  ) {
    case 'GET account':
      return ok({
        name: 'Ada',
        email: 'ada@example.com',
        team: { name: 'Engines' },
        container_count: containers.all.length,
      });
    case 'GET containers':
      return containers.list();
    case 'POST containers':
      return containers.create(body, state.problem);
    case 'GET containers *':
      return containers.get(id);
    case 'DELETE containers *':
      return containers.remove(id);
    case 'POST containers * stop':
    case 'POST containers * start':
    case 'POST containers * restart':
    case 'POST containers * redeploy':
      return containers.act(id, below[0] ?? '');
    case 'GET containers * logs':
      return logs(containers, id, query, Date.now());
    case 'GET containers * logs deploy':
      return containers.find(id) ? ok({ logs: 'pulling\nstarted\n' }) : missing;
    case 'GET containers * stats':
      return stats(containers, id);
    case 'POST containers * exec':
      return exec(containers, id, body, state.directory);
    case 'POST containers * terminal': {
      if (!containers.find(id)) return missing;
      const terminal_url = state.terminals.make(`secret-${id.slice(0, 8)}`);
      return ok({
        status: 'success',
        terminal: { terminal_url, terminal_port: state.terminals.port, container_uuid: id },
      });
    }
    case 'GET gpus types':
      return ok(gpuTypes);
    case 'GET gpus available':
      return ok(gpusAvailable);
    case 'GET templates':
      return page(templates, query);
    case 'GET templates categories':
      return ok({ data: [{ id: 1, name: 'Base', description: '' }] });
    case 'GET templates *':
      return one(templates, 'templateUuid', id);
    case 'GET volumes':
      return page(volumes, query);
    case 'GET volumes *':
      return one(volumes, 'volumeUuid', id);
    case 'GET credentials':
      return credentials.list();
    case 'POST credentials':
      return credentials.create(body);
    case 'DELETE credentials *':
      return credentials.remove(id);
    default:
      // Clients may ask whether there is more than the published API.
      if (path !== '/v1/capabilities') state.problem(`unexpected request: ${method} ${path}`);
      return refuse(404, `The route ${path.slice(1)} could not be found.`);
  }
}

function parsed(raw: string): unknown {
  return raw === '' ? undefined : JSON.parse(raw);
}

function give(response: ServerResponse, { status, json }: Outcome): void {
  write(response, status, json === undefined ? '' : JSON.stringify(json));
}
