import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import type { BoxSpec, Engine } from '../../../src/server/engine/engine.ts';
import { openProcessEngine } from '../../../src/server/engine/process/engine.ts';

/**
 * Opens a process engine in a directory, makes two boxes, runs a script in one of them, and prints what it said: a
 * program of its own, so that it can be run as another user. Arguments: the directory, and the path of the keeper.
 */
// The engine itself keeps no program alive.
setInterval(() => undefined, 1_000);
const [area = '', keeper = ''] = process.argv.slice(2);
const engine: Engine = await openProcessEngine({
  boxes: `${area}/state/boxes`,
  homes: `${area}/homes`,
  sandboxes: true,
  hidden: [],
  keeper,
  graceSeconds: 2,
  now: Date.now,
  report: (line) => console.error(line),
});

const spec = (name: string, more: Partial<BoxSpec> = {}): BoxSpec => ({
  ...{ name, env: {}, command: null, tags: {}, image: null, template: null, ports: [] },
  ...{ memoryGb: null, gpus: [], mounts: [], ...more },
});

const mounts = [{ volume: 'v', source: `${area}/volume`, target: '/srv/deep/data' }];
const env = { LD_PRELOAD: '/no/such/library.so' };
const script = await readFile(`${area}/script`, 'utf8');
const other = await engine.create(spec('other'));
const box = await engine.create(spec('box', { mounts, env, memoryGb: 3 }));
const main = await engine.create(spec('main', { command: script }));

async function exec(id: string, argv: readonly [string, ...string[]]) {
  const command = await engine.exec(id, argv);
  command.stdin.end();
  const [stdout, stderr, { code }] = await Promise.all([
    text(command.stdout),
    text(command.stderr),
    command.exited,
  ]);
  return { stdout, stderr, code };
}

const ran = await exec(box.id, ['sh', '-c', script]);
const told = await exec(box.id, ['cat', '/srv/deep/data/file']);
await exec(box.id, ['sh', '-c', 'echo written > /srv/deep/data/new']);
const stats = await engine.stats(box.id);
while ((await engine.get(main.id)).status === 'running')
  await new Promise((resolve) => setTimeout(resolve, 20));
const log = await engine.logs(main.id, { tail: null, since: null, after: null, stream: null });
for (const { id } of [other, box, main]) await engine.remove(id, { purge: true });
const { isolation } = box;
console.log(JSON.stringify({ isolation, ran, told, stats, log: log.entries.map((entry) => entry.text) }));
process.exit(0);
