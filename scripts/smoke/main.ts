import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { redact } from '../../src/base/redact.ts';
import { shellLine } from '../../src/base/shell.ts';
import { cleanLine } from '../../src/base/text.ts';
import { type Account, look } from './account.ts';
import { cleanUp } from './clean-up.ts';
import { type Devbox, devboxIn } from './devbox.ts';
import { checkOptIn, type Env, environmentFor } from './gate.ts';
import { play } from './scenario.ts';
import { chooseTarget } from './target.ts';
import { exits, Stopped, type Verdict } from './verdict.ts';

interface Outside {
  readonly env: Env;
  readonly projectRoot: string;
}

/** What is said and done with: text to stderr, free of secrets, and the end that Ctrl-C asks for. */
interface Hands {
  readonly log: (line: string) => void;
  readonly signal: AbortSignal;
}

/**
 * Tries devbox on the real Lambda Cloud as a user would, and cleans up. One line on stdout tells how it ended.
 * @param settings key=value: those of api, wait and ssh go to every command, others to what launches.
 * @returns the exit status.
 */
export async function main(settings: readonly string[], outside: Outside): Promise<number> {
  // Whoever read this may be gone, and the box is ended all the same.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  const clean = (text: string): string =>
    cleanLine(redact(text, [outside.env['LAMBDA_API_KEY'] ?? '']), 1000);
  const log = (line: string): void => void process.stderr.write(`smoke: ${clean(line)}\n`);
  const signal = firstInterrupt(log);
  const { classification, reason } = await smoke(settings, outside, { log, signal }).catch(verdictOf);
  process.stdout.write(`classification=${classification} reason=${clean(reason)}\n`);
  return signal.aborted && classification === 'environment_blocked' ? 130 : exits[classification];
}

async function smoke(settings: readonly string[], outside: Outside, hands: Hands): Promise<Verdict> {
  checkOptIn(outside.env);
  if (!existsSync(join(outside.projectRoot, 'dist', 'main.js')))
    throw new Stopped('environment_blocked', 'there is no dist/: npm run build');
  const home = await mkdtemp(join(tmpdir(), 'devbox-smoke-'));
  const project = join(home, 'project');
  await mkdir(project);
  const env = environmentFor(outside.env, home);
  const everywhere = settings.filter((word) => /^(?:api|wait|ssh)\./.test(word));
  const launch = settings.filter((word) => !everywhere.includes(word));
  const devbox = devboxIn({ projectRoot: outside.projectRoot, env, cwd: project }, everywhere);
  let before: Account;
  try {
    hands.log('looking at what is there');
    before = await look(devbox, home, { isExcusable: true, signal: hands.signal });
  } catch (error) {
    await rm(home, { recursive: true, force: true });
    throw error;
  }
  const verdict = await act(before, { devbox, launch, project, env }, hands);
  hands.log('looking whether all is as it was');
  const limits = {
    total: milliseconds(outside.env['DEVBOX_SMOKE_CLEANUP_SECONDS'], 900),
    pause: milliseconds(outside.env['DEVBOX_SMOKE_PAUSE_SECONDS'], 5),
  };
  const left = await cleanUp({ devbox, home, before, log: hands.log, limits });
  if (left.length === 0) {
    await rm(home, { recursive: true, force: true });
    return verdict;
  }
  hands.log(`kept, with the leases and the keys: ${home}`);
  hands.log(
    `its leases: ${shellLine(['env', `HOME=${home}`, 'devbox', 'lease', 'list'])}; end each: devbox down LEASE`,
  );
  const earlier =
    verdict.classification === 'passed' ? [] : [`before that, ${verdict.classification}: ${verdict.reason}`];
  return { classification: 'cleanup_failed', reason: [...left, ...earlier].join('; ') };
}

interface Stage {
  readonly devbox: Devbox;
  readonly launch: readonly string[];
  readonly project: string;
  readonly env: Env;
}

async function act(before: Account, stage: Stage, { log, signal }: Hands): Promise<Verdict> {
  const name = `devbox-smoke-${randomBytes(6).toString('hex')}`;
  try {
    const target = await chooseTarget(stage.devbox, stage.launch, stage.env, signal);
    await play({ ...stage, name, target, before, log, signal });
    return {
      classification: 'passed',
      reason: `${target.type} in ${target.region} came up, ran a command and is gone`,
    };
  } catch (error) {
    const verdict = verdictOf(error);
    log(`${verdict.classification}: ${verdict.reason}`);
    return verdict;
  }
}

function verdictOf(error: unknown): Verdict {
  if (error instanceof Stopped) return { classification: error.classification, reason: error.message };
  return {
    classification: 'validation_failed',
    reason: error instanceof Error ? error.message : String(error),
  };
}

/** @param text seconds. @param otherwise seconds, where the text is no number. */
function milliseconds(text: string | undefined, otherwise: number): number {
  const seconds = Number.parseFloat(text ?? '');
  return 1000 * (seconds > 0 ? seconds : otherwise);
}

/** Aborts at the first Ctrl-C; later ones change nothing, because the cleaning up must not end before its end. */
function firstInterrupt(log: (line: string) => void): AbortSignal {
  const controller = new AbortController();
  const stop = (): void => {
    if (!controller.signal.aborted) log('interrupted: cleaning up first');
    controller.abort();
  };
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, stop);
  return controller.signal;
}
