import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod/mini';
import type { Account } from './account.ts';
import { ask } from './ask.ts';
import type { Devbox } from './devbox.ts';
import { commandRun, diagnosis, instance, instances } from './shapes.ts';
import type { Target } from './target.ts';
import { Stopped } from './verdict.ts';

export interface Scene {
  readonly devbox: Devbox;
  /** The name of the box. Nobody else has one of it. */
  readonly name: string;
  readonly target: Target;
  /** key=value for what launches, and what looks whether it could. */
  readonly launch: readonly string[];
  /** The working directory of devbox, which is empty. */
  readonly project: string;
  readonly before: Account;
  readonly log: (line: string) => void;
  readonly signal: AbortSignal;
}

/** What a user does with a box, from the first look to the last. @throws Stopped where something is not as it should be. */
export async function play(scene: Scene): Promise<void> {
  const { devbox, name, target, signal, log } = scene;
  const launch = [`region=${target.region}`, `instance_type=${target.type}`, ...scene.launch];
  const before = { isExcusable: true, signal };
  const after = { isExcusable: false, signal };

  log('doctor');
  const { findings } = await ask(devbox, ['doctor', ...launch], diagnosis, { ...before, alsoFine: [1] });
  const [wrong] = findings.filter((finding) => finding.class === 'problem');
  if (wrong)
    throw new Stopped('environment_blocked', `doctor: ${wrong.section} ${wrong.check}: ${wrong.found}`);

  log(`up ${name}: ${target.type} in ${target.region}`);
  const box = await ask(
    devbox,
    ['up', `instance_name=${name}`, 'wait_after_launch=true', 'ttl=2h', 'max_retries=2', ...launch],
    instance,
    before,
  );
  expect(!scene.before.instances.has(box.id), 'up took an instance that was there before');
  expect(box.name === name && box.phase === 'ready', `up shows ${box.name} as ${box.phase}`);

  log('run');
  await writeFile(join(scene.project, 'said.txt'), `${name}\n`);
  const ran = await ask(devbox, ['run', box.id, 'artifacts=[heard.txt]'], commandRun, {
    ...after,
    rest: ['sh', '-c', 'cat said.txt said.txt > heard.txt'],
  });
  const heard = await readFile(join(scene.project, 'heard.txt'), 'utf8').catch(() => '');
  expect(ran.exit_code === 0, `run ended with ${ran.exit_code}`);
  expect(heard === `${name}\n${name}\n`, 'run did not fetch what the box made of the file that was sent');

  log('list');
  const listed = await ask(devbox, ['list'], instances, after);
  expect(
    listed.some(({ id, phase }) => id === box.id && phase === 'ready'),
    'list does not show the box as ready',
  );

  log('down');
  const ended = await ask(devbox, ['down', box.id], instance, after);
  expect(ended.id === box.id && /^end/.test(ended.phase), `down shows ${ended.id} as ${ended.phase}`);

  log('cleanup');
  await ask(devbox, ['cleanup'], z.array(z.unknown()), after);
}

function expect(condition: boolean, otherwise: string): void {
  if (!condition) throw new Stopped('validation_failed', otherwise);
}
