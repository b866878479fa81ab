import { cleanLine } from '../../../base/text.ts';
import type { Engine } from '../engine.ts';
import { EngineClient, type EngineFacts } from './client.ts';
import { BoxContainers } from './containers.ts';
import { endpointsIn, formatEndpoint, type Surroundings } from './endpoint.ts';
import { DockerEngine } from './engine.ts';
import type { ImageDeps } from './image.ts';
import { Notes } from './notes.ts';
import { watchLives } from './supervise.ts';

export interface DockerEngineOptions {
  /** Directory of what the engine does not know; decides which containers are this server's. */
  readonly state: string;
  /** What decides where the engine is looked for. */
  readonly surroundings: Surroundings;
  /** Seconds that a box's processes get to end by themselves before they are killed. */
  readonly graceSeconds: number;
  /** Address of this machine at which opened ports are reached. */
  readonly publishHost: string;
  /** What a box is made from that names no image. */
  readonly defaultImage: string;
  /** The stored credential with an id, for pulling; undefined where there is none. */
  readonly credential: ImageDeps['credential'];
  readonly now: () => number;
  /** Takes one line about something that nobody asked about. */
  readonly report: (line: string) => void;
}

/** Where an engine was found and its boxes are served, or why none was. */
export type Opened =
  | { readonly outcome: 'open'; readonly engine: Engine }
  | { readonly outcome: 'none'; readonly why: string };

/**
 * Opens the engine whose boxes are containers of Docker or Podman, whichever answers first where they are looked for.
 * Finds the boxes that are there, and finishes what was interrupted.
 */
export async function openDockerEngine(options: DockerEngineOptions): Promise<Opened> {
  const found = await findEngine(options.surroundings);
  if ('why' in found) return { outcome: 'none', why: found.why };
  const { client, facts } = found;
  const { report, now, graceSeconds, publishHost, credential, defaultImage } = options;
  const notes = new Notes(options.state);
  const server = await notes.server();
  const containers = new BoxContainers(client, server);
  const engine = new DockerEngine(
    {
      ...{ client, facts, containers, notes, server },
      ...{ graceSeconds, publishHost, credential, now, report },
    },
    defaultImage,
  );
  await engine.recover();
  watchLives(client, server, (box, failure) => engine.giveUp(box, failure));
  report(`${facts.product} ${facts.version} at ${formatEndpoint(client.endpoint)}`);
  return { outcome: 'open', engine };
}

type Found = { readonly client: EngineClient; readonly facts: EngineFacts } | { readonly why: string };

async function findEngine(surroundings: Surroundings): Promise<Found> {
  const tried: string[] = [];
  try {
    for (const endpoint of await endpointsIn(surroundings)) {
      const client = new EngineClient(endpoint);
      try {
        return { client, facts: await client.facts() };
      } catch (error) {
        tried.push(`${formatEndpoint(endpoint)} (${reason(error)})`);
      }
    }
  } catch (error) {
    return { why: reason(error) };
  }
  return { why: `no container engine answers; tried ${tried.join(', ')}` };
}

function reason(error: unknown): string {
  const message = cleanLine(error instanceof Error ? error.message : String(error), 300);
  if (message.includes('ENOENT')) return 'not there';
  if (message.includes('EACCES')) return 'permission denied';
  return message.includes('ECONNREFUSED') ? 'nobody listens' : message;
}
