import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { type Fault, type FaultKind, Faults } from '../faults.ts';
import { spoilAfter, spoilBefore, write } from '../spoil.ts';
import { Account, badKey, type FakeInstance, invalid, type Outcome, type Refusal } from './account.ts';
import { answer } from './answers.ts';
import { type Catalogue, type SshKeyRecord, standardCatalogue } from './catalogue.ts';
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
  /** Answers 429 to requests, and to launches, that come sooner than this after the one before. */
  readonly limits?: { readonly requestMs: number; readonly launchMs: number };
  /** Answers instance types as a list instead of a map. */
  readonly typesAsList?: boolean;
  /** Checks every exchange against Lambda's descriptions where they are present. Default true. */
  readonly checkSpec?: boolean;
  /** Where the project lies; `../shared/spec` is looked for beside it. Default the working directory. */
  readonly projectRoot?: string;
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
  /** What clients did that the API does not have, and exchanges that its descriptions do not allow. */
  readonly problems: readonly string[];
  fault(fault: Fault): void;
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
  const catalogue = { ...standardCatalogue, ...options.catalogue };
  const account = new Account({
    catalogue,
    statuses: options.statuses ?? ['booting', 'booting', 'active'],
    bootMilliseconds: options.bootMilliseconds,
    address: options.address,
    hiddenLooks: options.hiddenLooks ?? 0,
    capacityRefusals: options.capacityRefusals ?? 0,
  });
  const sshKeys = [...catalogue.sshKeys];
  const faults = new Faults();
  for (const fault of options.faults ?? []) faults.add(fault);
  const requests: RecordedRequest[] = [];
  const problems: string[] = [];
  const spec =
    options.checkSpec === false ? undefined : await openSpecCheck(options.projectRoot ?? process.cwd());

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

    const operation = inside ? findOperation(method, path) : undefined;
    if (operation === undefined) {
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
    if (fault && spoilBefore(fault, response, (refusal) => answer(response, { refusal: asRefusal(refusal) })))
      return;
    const isKnown = message.headers.authorization === `Bearer ${apiKey}`;
    const outcome = isKnown
      ? operation({ account, catalogue, sshKeys, options, path, body })
      : { refusal: badKey };
    if (fault && (await spoilAfter(fault, response, outcome))) return;
    answer(response, outcome, (status, json) => {
      problems.push(...(spec?.answer({ ...request, path: base + path }, status, json) ?? []));
    });
  }

  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  return {
    baseUrl: `http://127.0.0.1:${portOf(server.address())}${base}`,
    apiKey,
    requests,
    instances: account.instances,
    problems,
    fault: (fault) => faults.add(fault),
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

interface Asked {
  readonly account: Account;
  readonly catalogue: Catalogue;
  readonly sshKeys: SshKeyRecord[];
  readonly options: FakeLambdaOptions;
  readonly path: string;
  readonly body: unknown;
}

type Operation = (asked: Asked) => Outcome;

type RefuseFault = Extract<FaultKind, { kind: 'refuse' }>;

const launchPath = '/instance-operations/launch';

const operations: Readonly<Record<string, Operation>> = {
  'GET /instances': ({ account }) => account.list(),
  'GET /instance-types': ({ account, options }) => account.types(options.typesAsList ?? false),
  'GET /images': ({ catalogue }) => ({ data: catalogue.images }),
  'GET /file-systems': ({ catalogue }) => ({ data: catalogue.filesystems }),
  'GET /ssh-keys': ({ sshKeys }) => ({ data: sshKeys }),
  'POST /ssh-keys': ({ sshKeys, body }) => withRecord(body, (record) => addKey(sshKeys, record)),
  'GET /firewall-rulesets': ({ catalogue }) => ({ data: catalogue.rulesets }),
  [`POST ${launchPath}`]: ({ account, body }) => withRecord(body, (record) => account.launch(record)),
  'POST /instance-operations/restart': ({ account, body }) =>
    withRecord(body, (record) => account.restart(record)),
  'POST /instance-operations/terminate': ({ account, body }) =>
    withRecord(body, (record) => account.terminate(record)),
};

function findOperation(method: string, path: string): Operation | undefined {
  const one = /^\/instances\/([^/]+)$/.exec(path);
  if (method === 'GET' && one) return ({ account }) => account.get(decodeURIComponent(one[1] ?? ''));
  const key = /^\/ssh-keys\/([^/]+)$/.exec(path);
  if (method === 'DELETE' && key) {
    return ({ sshKeys }) => removeKey(sshKeys, decodeURIComponent(key[1] ?? ''));
  }
  const kind = `${method} ${path}`;
  return Object.hasOwn(operations, kind) ? operations[kind] : undefined;
}

function addKey(keys: SshKeyRecord[], record: Record<string, unknown>): Outcome {
  const { name, public_key } = record;
  if (typeof name !== 'string' || typeof public_key !== 'string') {
    return { refusal: invalid('A key needs a name and a public key.') };
  }
  const id = `${keys.length + 1}`.padStart(32, '5');
  keys.push({ id, name, public_key });
  return { data: { id, name, public_key } };
}

function removeKey(keys: SshKeyRecord[], id: string): Outcome {
  const at = keys.findIndex((key) => key.id === id);
  if (at < 0) return { refusal: invalid('There is no such SSH key.') };
  keys.splice(at, 1);
  return { data: {} };
}

function withRecord(body: unknown, use: (record: Record<string, unknown>) => Outcome): Outcome {
  const isRecord = (value: unknown): value is Record<string, unknown> =>
    typeof value === 'object' && value !== null && !Array.isArray(value);
  return isRecord(body) ? use(body) : { refusal: invalid('The body must be an object.') };
}

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
