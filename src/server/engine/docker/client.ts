import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import Docker from 'dockerode';
import * as z from 'zod/mini';
import { cleanLine } from '../../../base/text.ts';
import { ApiProblem } from '../../problem.ts';
import { type Endpoint, formatEndpoint } from './endpoint.ts';

/** What an engine is, as far as requests to it differ. */
export interface EngineFacts {
  readonly product: 'Docker' | 'Podman';
  readonly version: string;
  readonly cores: number;
  readonly memoryBytes: number;
  /** Whether it can hold a container to so much memory. */
  readonly limitsMemory: boolean;
}

const versionSchema = z.object({
  Version: z.string(),
  Components: z.nullish(z.array(z.object({ Name: z.string() }))),
});

const infoSchema = z.object({
  NCPU: z._default(z.int(), 1),
  MemTotal: z._default(z.int(), 0),
  MemoryLimit: z._default(z.boolean(), false),
});

/** An engine said no. `message` is its own words, cleaned. */
export class EngineRefusal extends Error {
  override readonly name = 'EngineRefusal';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** An engine's API, with what every request to it has in common. */
export class EngineClient {
  readonly endpoint: Endpoint;
  readonly #docker: Docker;

  constructor(endpoint: Endpoint) {
    this.endpoint = endpoint;
    this.#docker = new Docker(optionsFor(endpoint));
  }

  /**
   * Asks the engine something.
   * @throws EngineRefusal where it answers with an error, ApiProblem 503 where it does not answer.
   */
  async ask<T>(work: (docker: Docker) => Promise<T>): Promise<T> {
    try {
      return await work(this.#docker);
    } catch (error) {
      throw this.#explain(error);
    }
  }

  /** Like `ask`, for what is as good as done when the engine says that it is not there or is so already. */
  async askQuietly<T>(work: (docker: Docker) => Promise<T>, fine: readonly number[]): Promise<T | undefined> {
    try {
      return await this.ask(work);
    } catch (error) {
      if (error instanceof EngineRefusal && fine.includes(error.status)) return undefined;
      throw error;
    }
  }

  async facts(): Promise<EngineFacts> {
    const [version, info] = await Promise.all([
      this.ask(async (docker) => z.parse(versionSchema, await docker.version())),
      this.ask(async (docker) => z.parse(infoSchema, await docker.info())),
    ]);
    const isPodman = version.Components?.some(({ Name }) => Name.startsWith('Podman')) ?? false;
    return {
      product: isPodman ? 'Podman' : 'Docker',
      version: version.Version,
      cores: info.NCPU,
      memoryBytes: info.MemTotal,
      limitsMemory: info.MemoryLimit,
    };
  }

  #explain(error: unknown): unknown {
    if (error instanceof ApiProblem || error instanceof EngineRefusal) return error;
    if (typeof error !== 'object' || error === null) return error;
    if ('statusCode' in error && typeof error.statusCode === 'number') {
      const words = ownWords(error);
      // One engine says 500 of a container that is removed while it is looked at.
      const isGone = error.statusCode === 500 && /no such container/.test(words);
      return new EngineRefusal(isGone ? 404 : error.statusCode, words);
    }
    if (!('code' in error) && !isHangUp(error)) return error;
    const why = 'message' in error ? cleanLine(String(error.message), 300) : 'no answer';
    const where = formatEndpoint(this.endpoint);
    return new ApiProblem(
      503,
      'engine-unreachable',
      `the container engine at ${where} does not answer: ${why}`,
    );
  }
}

function optionsFor(endpoint: Endpoint): Docker.DockerOptions {
  // dockerode fills in what is left open from DOCKER_HOST; that has been looked at. A kept connection may be closed by
  // the engine just when it is used again, so none is kept.
  if (endpoint.kind === 'unix') {
    const agent = new HttpAgent({ keepAlive: false });
    const options = { socketPath: endpoint.path, host: '', protocol: 'http', agent } as const;
    return options;
  }
  const { port, tls } = endpoint;
  const name = endpoint.host.includes(':') ? `[${endpoint.host}]` : endpoint.host;
  if (!tls) {
    const agent = new HttpAgent({ keepAlive: false });
    const options = { host: `http://${name}`, port, protocol: 'http', agent } as const;
    return options;
  }
  const agent = new HttpsAgent({ keepAlive: false, ...tls });
  const options = { host: `https://${name}`, port, protocol: 'https', ...tls, agent } as const;
  return options;
}

/** dockerode puts its own words around the engine's. */
function ownWords(error: object): string {
  if ('json' in error) {
    const { json } = error;
    if (typeof json === 'object' && json !== null && 'message' in json)
      return cleanLine(String(json.message), 600);
  }
  const text = 'message' in error ? String(error.message) : '';
  return cleanLine(text.replace(/^\(HTTP code \d+\) [^-]*- /, ''), 600) || 'the engine gave no reason';
}

function isHangUp(error: object): boolean {
  return 'message' in error && /socket hang up|aborted/.test(String(error.message));
}
