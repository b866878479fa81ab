import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest } from '@jest/globals';
import type { Engine } from '../../../src/server/engine/engine.ts';
import { openProcessEngine } from '../../../src/server/engine/process/engine.ts';
import { busyboxImage, engineSocket, makeImages, sayIfSkipped } from '../../support/podman/engine.ts';
import { bundleServer } from './bundle.ts';
import { openContainers } from './containers.ts';
import { engineContract } from './engine-contract.ts';
import { processesOf } from './world.ts';

sayIfSkipped();
// A busy machine takes its time with containers.
jest.setTimeout(120_000);
let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'devbox-engine-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

describe('processes', () => {
  let engine: Engine;
  let open: () => Promise<Engine>;
  beforeAll(async () => {
    const keeper = join(await bundleServer('engines'), 'dist', 'keeper.mjs');
    const [boxes, homes] = [join(root, 'boxes'), join(root, 'homes')];
    open = () =>
      openProcessEngine({
        boxes,
        homes,
        sandboxes: true,
        hidden: [],
        keeper,
        graceSeconds: 1,
        now: Date.now,
        report: console.error,
      });
    engine = await open();
  });
  afterAll(async () => expect(await processesOf(homesOf(root))).toEqual([]));
  engineContract(() => ({
    engine,
    image: null,
    async reopen() {
      // It would start what the next one ends: two never serve the same boxes.
      await engine.disband();
      engine = await open();
      return engine;
    },
  }));
});

const homesOf = (directory: string): string => join(directory, 'homes');

(engineSocket === undefined ? describe.skip : describe)('containers', () => {
  let engine: Engine;
  beforeAll(async () => {
    await makeImages();
    engine = await openContainers(root);
  });
  engineContract(() => ({
    engine,
    image: busyboxImage,
    async reopen() {
      engine = await openContainers(root);
      return engine;
    },
  }));
});
