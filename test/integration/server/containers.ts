import { join } from 'node:path';
import type { DockerEngineOptions } from '../../../src/server/engine/docker/open.ts';
import { openDockerEngine } from '../../../src/server/engine/docker/open.ts';
import type { Engine } from '../../../src/server/engine/engine.ts';
import { busyboxImage, engineSurroundings } from '../../support/podman/engine.ts';

/** Opens the engine of containers for tests, with its state below a directory. */
export async function openContainers(root: string, part: Partial<DockerEngineOptions> = {}): Promise<Engine> {
  const opened = await openDockerEngine({
    state: join(root, 'docker'),
    surroundings: engineSurroundings,
    graceSeconds: 1,
    publishHost: '127.0.0.1',
    defaultImage: busyboxImage,
    credential: async () => undefined,
    now: Date.now,
    report: () => undefined,
    ...part,
  });
  if (opened.outcome === 'none') throw new Error(opened.why);
  return opened.engine;
}
