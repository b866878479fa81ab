import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { type Fault, type FaultKind, Faults } from '../faults.ts';
import { spoilAfter, spoilBefore, write } from '../spoil.ts';
import { Account, badKey, type FakeInstance, type InstancesState, invalid, type Refusal } from './account.ts';
import { answer } from './answers.ts';
import { type Catalogue, type SshKeyRecord, standardCatalogue } from './catalogue.ts';
import { type ApiVersion, findOperation, hasOperation, launchPath } from './operations.ts';
import { Resources } from './resources.ts';
import { openSpecCheck } from './spec-check.ts';

export interface FakeLambdaOptions {
  /** The one key that is accepted. Default `fakeKey`. */
  readonly apiKey?: string;
  /** Default: any free port. */
  readonly port?: number;
  readonly catalogue?: Partial<Catalogue>;
  /** What successive looks at a new instance find; the last stays. Default booting, booting, active. */
  readonly statuses?: readonly string[];
  /** Makes an instance active after this time instead. */
  readonly bootMilliseconds?: number;
  /** Looks for which a new instance is not shown yet. Default 0. */
  readonly hiddenLooks?: number;
  /** Launches refused for lack of capacity before one is accepted. Default 0. */
  readonly capacityRefusals?: number;
  /** The address of every instance, for tests that really go there. Default one of documentation's for each. */
  readonly address?: string;
  readonly faults?: readonly Fault[];
  /** Begins where another account was. */
  readonly state?: AccountState;
  /** Answers 429 to requests, and to launches, that come sooner than this after the one before. */
  readonly limits?: { readonly requestMs: number; readonly launchMs: number };
  /** Answers instance types as a list instead of a map. */
  readonly typesAsList?: boolean;
  /** Which version of the API is imitated where they differ. Default the newer one. */
  readonly version?: ApiVersion;
  /** Events on one page of the audit log. Default 2. */
  readonly auditPageSize?: number;
  /** Checks every exchange against Lambda's descriptions where they are present. Default true. */
  readonly checkSpec?: boolean;
  /** Where the project lies; `../shared/spec` is looked for beside it. Default the working directory. */
  readonly projectRoot?: string;
}

/** What an account has that devbox makes and ends. */
export interface AccountState {
  readonly instances: InstancesState;
  readonly sshKeys: readonly SshKeyRecord[];
  readonly made: number;
}

export interface RecordedRequest {
  readonly method: string;
  /** Below the base address. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  /** Parsed JSON; undefined where there was none. */
  readonly body: unknown;
  /** Milliseconds on a clock that only grows. */
  readonly atMs: number;
}

export interface FakeLambda {
  /** For `api.base_url`. */
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly requests: readonly RecordedRequest[];
  readonly instances: readonly FakeInstance[];
  /** The registered keys as they are now. */
  readonly sshKeys: SshKeyRecord[];
  /** What clients did that the API does not have, and exchanges that its descriptions do not allow. */
  readonly problems: readonly string[];
  /** The account as it is now. */
  readonly state: AccountState;
  fault(fault: Fault): void;
  /** Nothing listens any more once this many requests have come in, until `recover`. */
  unplugAfter(requests: number): void;
  /** Ends all faults, and listens again. */
  recover(): Promise<void>;
  /** Puts an instance into the account, with what a launch asks for; `looks` says how far its boot is. */
  addInstance(request: Readonly<Record<string, unknown>>, looks?: number): FakeInstance;
  /** Requests of one kind, as `POST /instance-operations/launch`. */
  sent(kind: string): RecordedRequest[];
  /**
   * Ends the server at once.
   * @throws Error listing every problem and every fault that no request met, unless told not to check.
   */
  stop(options?: { readonly check?: boolean }): Promise<void>;
}

export const fakeKey = 'secret_fake-lambda_0123456789abcdef';

const base = '/api/v1';

const plainLaunch = {
  region_name: 'us-east-3',
  instance_type_name: 'gpu_1x_gh200',
  ssh_key_names: ['default'],
} as const;

/** Starts an imitation of Lambda Cloud on 127.0.0.1; README.md beside this file says what it imitates. */
export async function startFakeLambda(options: FakeLambdaOptions = {}): Promise<FakeLambda> {
  const apiKey = options.apiKey ?? fakeKey;
  const { state } = options;
  const catalogue = {
    ...standardCatalogue,
    ...options.catalogue,
    ...(state ? { sshKeys: state.sshKeys } : {}),
  };
  const resources = new Resources(catalogue, state?.made);
  const version = options.version ?? '1.10.0';
  const account = new Account(
    {
      catalogue,
      resources,
      statuses: options.statuses ?? ['booting', 'booting', 'active'],
      bootMilliseconds: options.bootMilliseconds,
      address: options.address,
      hiddenLooks: options.hiddenLooks ?? 0,
      capacityRefusals: options.capacityRefusals ?? 0,
    },
    state?.instances,
  );
  const faults = new Faults();
  for (const fault of options.faults ?? []) faults.add(fault);
  const requests: RecordedRequest[] = [];
  const problems: string[] = [];
  const spec =
    options.checkSpec === false ? undefined : await openSpecCheck(options.projectRoot ?? process.cwd());

  let unplugAt = Number.POSITIVE_INFINITY;
  const server = createServer((message, response) => {
    exchange(message, response).catch((error: unknown) => {
      problems.push(`the imitation itself failed: ${String(error)}`);
      response.destroy();
    });
  });

  async function exchange(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const atMs = performance.now();
    const url = new URL(message.url ?? '/', 'http://127.0.0.1');
    const raw = await text(message);
    const method = message.method ?? 'GET';
    const inside = url.pathname.startsWith(`${base}/`);
    const path = inside ? url.pathname.slice(base.length) : url.pathname;
    const body: unknown = raw === '' ? undefined : JSON.parse(raw);
    const previous = requests.at(-1);
    const previousLaunch = requests.findLast((request) => request.path === launchPath);
    const request = { method, path, query: url.searchParams, headers: message.headers, body, atMs };
    requests.push(request);
    // A connection that is kept would go on being answered.
    if (Number.isFinite(unplugAt)) response.setHeader('connection', 'close');
    if (requests.length === unplugAt) server.close();

    const found = inside ? findOperation(method, path) : undefined;
    if (found !== undefined && !hasOperation(found.kind, version))
      return write(response, 404, '<h1>Not Found</h1>', 'text/html');
    if (found === undefined) {
      problems.push(`unexpected request: ${method} ${url.pathname}`);
      return write(response, 404, '<h1>Not imitated</h1>', 'text/html');
    }
    problems.push(...(spec?.request({ ...request, path: base + path }) ?? []));
    const tooSoon =
      isTooSoon(atMs, previous?.atMs, options.limits?.requestMs) ||
      (path === launchPath && isTooSoon(atMs, previousLaunch?.atMs, options.limits?.launchMs));
    if (tooSoon) {
      return write(
        response,
        429,
        JSON.stringify({ error: { code: 'global/rate-limited', message: 'Slow down.' } }),
      );
    }
    const fault = faults.take(method, path);
    if (fault?.kind === 'echo') return answer(response, { refusal: invalid(`What is this? ${raw}`) });
    if (fault && spoilBefore(fault, response, (refusal) => answer(response, { refusal: asRefusal(refusal) })))
      return;
    const isKnown = message.headers.authorization === `Bearer ${apiKey}`;
    const outcome = isKnown
      ? found.operation({
          account,
          catalogue,
          resources,
          version,
          typesAsList: options.typesAsList ?? false,
          auditPageSize: options.auditPageSize ?? 2,
          query: url.searchParams,
          body,
          id: found.id,
        })
      : { refusal: badKey };
    if (fault && (await spoilAfter(fault, response, outcome))) return;
    answer(response, outcome, (status, json) => {
      // The one answer whose shape changed is held against its own version only.
      const of = found.kind === 'GET /audit-events' ? version : undefined;
      problems.push(...(spec?.answer({ ...request, path: base + path }, status, json, of) ?? []));
    });
  }

  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  const port = portOf(server.address());
  return {
    baseUrl: `http://127.0.0.1:${port}${base}`,
    apiKey,
    requests,
    instances: account.instances,
    sshKeys: resources.sshKeys,
    problems,
    get state() {
      return { instances: account.state, sshKeys: [...resources.sshKeys], made: resources.made };
    },
    fault: (fault) => faults.add(fault),
    unplugAfter(count) {
      unplugAt = requests.length + count;
      if (count === 0) server.close();
    },
    async recover() {
      faults.end();
      unplugAt = Number.POSITIVE_INFINITY;
      if (server.listening) return;
      server.listen(port, '127.0.0.1');
      await once(server, 'listening');
    },
    addInstance: (request, looks) => account.add({ ...plainLaunch, ...request }, looks),
    sent: (kind) => requests.filter((request) => `${request.method} ${request.path}` === kind),
    async stop({ check = true } = {}) {
      server.close();
      server.closeAllConnections();
      const wrong = [...problems, ...faults.unused()];
      if (check && wrong.length > 0) throw new Error(`fake Lambda Cloud:\n  ${wrong.join('\n  ')}`);
    },
  };
}

type RefuseFault = Extract<FaultKind, { kind: 'refuse' }>;

function asRefusal({ status = 400, code, message = 'Refused.', suggestion }: RefuseFault): Refusal {
  return { status, code, message, ...(suggestion === undefined ? {} : { suggestion }) };
}

function isTooSoon(now: number, before: number | undefined, least: number | undefined): boolean {
  return before !== undefined && least !== undefined && now - before < least;
}

function portOf(address: string | AddressInfo | null): number {
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return address.port;
}
