import { lookup } from 'node:dns/promises';
import { readdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CredentialStore } from '../credentials/store.ts';
import type { EngineChoice } from './choices.ts';
import type { Engine } from './engine.ts';

export interface EngineOptions {
  readonly choice: EngineChoice;
  /** The server's state directory. */
  readonly state: string;
  /** Directory of the homes of boxes that have one. */
  readonly homes: string;
  /** Directories beside these two that a box must not see. */
  readonly hidden: readonly string[];
  /** The address that the server listens on; null where only this machine reaches it. */
  readonly host: string | null;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly credentials: Pick<CredentialStore, 'list'>;
  readonly now: () => number;
  /** Takes one line for the log. */
  readonly report: (line: string) => void;
}

/** Seconds that the processes of a box get to end by themselves. */
const graceSeconds = 2;

/** What a container is made from whose box names no image. */
const defaultImage = 'docker.io/library/debian:stable-slim';

/**
 * Opens the engine of a server. One that has boxes already stays with the engine that holds them.
 * @throws Error where containers are asked for and no engine for them answers.
 */
export async function openEngine(options: EngineOptions): Promise<Engine> {
  const { choice, state, report } = options;
  const places = { process: join(state, 'boxes'), docker: join(state, 'docker') };
  const holds = {
    process: await hasEntries(places.process),
    docker: await hasEntries(join(places.docker, 'boxes')),
  };
  if (choice === 'process' || (choice === 'auto' && holds.process && !holds.docker)) {
    if (holds.docker) report('the boxes of this server that are containers are not served with this engine');
    return openProcesses(options, places.process);
  }
  const opened = await openContainers(options, places.docker);
  if (opened.outcome === 'open') return opened.engine;
  if (choice === 'docker' || holds.docker) throw new Error(opened.why);
  report(`boxes are processes of this machine: ${opened.why}`);
  return openProcesses(options, places.process);
}

async function openProcesses(options: EngineOptions, boxes: string): Promise<Engine> {
  const { openProcessEngine } = await import('./process/engine.ts');
  // Beside the server's own file in the package.
  const keeper = fileURLToPath(new URL('keeper.mjs', import.meta.url));
  const { homes, hidden, now, report } = options;
  return openProcessEngine({ boxes, homes, sandboxes: true, hidden, keeper, graceSeconds, now, report });
}

async function openContainers(options: EngineOptions, state: string) {
  const { openDockerEngine } = await import('./docker/open.ts');
  const { env, host, credentials, now, report } = options;
  return openDockerEngine({
    ...{ state, graceSeconds, defaultImage, now, report },
    surroundings: { env, home: env['HOME'] ?? homedir(), uid: process.getuid?.() ?? 0 },
    publishHost: host === null ? '127.0.0.1' : (await lookup(host)).address,
    credential: async (id) => (await credentials.list()).find((credential) => credential.id === id),
  });
}

async function hasEntries(directory: string): Promise<boolean> {
  return (await readdir(directory).catch(() => [])).length > 0;
}
