import type { Context } from '../base/context.ts';
import { DevboxError } from '../base/errors.ts';
import type { Box, Provider } from '../providers/provider.ts';
import type { CommandDeps } from './command.ts';
import type { Outcome } from './outcome.ts';

/** What a look at something that goes on came to. */
export type Look = 'later' | 'at-once' | 'over';

/** Milliseconds between two looks. */
export const lookInterval = 2_000;

/** Exit status after Ctrl-C, which is how most of these end: nothing is said about it. */
const interruptedExit = 130;

/** The box that is looked at, and who would know of its end. */
interface Watched {
  readonly box: Pick<Box, 'id' | 'name'>;
  readonly provider: Pick<Provider, 'get'>;
}

/** What a command hands on. */
interface Surroundings extends Pick<CommandDeps, 'emit' | 'releaseTerminal'> {
  readonly context: Pick<Context, 'clock' | 'signal'>;
}

/**
 * Looks again and again, until a look says that it is over, the box is gone, or Ctrl-C. Once a look has succeeded, one that
 * fails for the moment is repeated.
 * @throws what a look throws, where that is no passing matter.
 */
export async function keepLooking(
  { box, provider }: Watched,
  { context: { clock, signal }, emit, releaseTerminal }: Surroundings,
  look: () => Promise<Look>,
): Promise<Outcome> {
  const name = box.name ?? box.id;
  let succeeded = false;
  let isTroubled = false;
  // What is watched stays above what is said.
  const say = async (level: 'info' | 'warning', message: string): Promise<void> => {
    await releaseTerminal();
    emit({ type: 'notice', level, message });
  };
  for (;;) {
    try {
      const result = await look();
      if (result === 'over') return {};
      succeeded = true;
      isTroubled = false;
      if (result === 'later') await clock.sleep(lookInterval, signal);
    } catch (error) {
      if (signal.aborted) return { exit: interruptedExit };
      if (!succeeded || !(error instanceof DevboxError)) throw error;
      if (isEnd(error) || (isPassing(error) && (await hasEnded(box.id, provider)))) {
        await say('info', `${name} has ended`);
        return {};
      }
      if (!isPassing(error)) throw error;
      if (!isTroubled) await say('warning', `No news of ${name} (${error.message}) - trying again`);
      isTroubled = true;
      // The signal is looked at above.
      await clock.sleep(lookInterval, signal).catch(() => undefined);
    }
  }
}

/** Whether the provider knows that a box that does not answer never will; no answer from there says nothing. */
async function hasEnded(id: string, provider: Watched['provider']): Promise<boolean> {
  const box = await provider.get(id).catch(() => undefined);
  return box !== undefined && box?.phase !== 'ready' && box?.phase !== 'pending';
}

/** The box was deleted, or what can be seen of a running one is over. */
function isEnd({ kind, code }: DevboxError): boolean {
  return kind === 'not-found' || code === 'gpulab/not-running';
}

const passingCodes: ReadonlySet<string> = new Set([
  'gpulab/refused',
  'gpulab/unresolved',
  'gpulab/timeout',
  'gpulab/dropped',
  'gpulab/unreachable',
  'gpulab/connection-lost',
  'remote/ssh-failed',
]);

/** Whether asking again can help: nobody answered, or the server says that it cannot now. */
export function isPassing(error: DevboxError): boolean {
  if (passingCodes.has(error.code)) return true;
  const status = 'status' in error ? Number(error.status) : 0;
  return (status >= 500 && status !== 501) || status === 429;
}

/** @throws DevboxError of kind `usage` in a multirun, whose jobs share the terminal and have to end. */
export function refuseEndlessJob(setting: string, { job }: Pick<CommandDeps, 'job'>): void {
  if (job === null) return;
  throw new DevboxError('usage', `${setting}=true goes on until Ctrl-C, so it is no job of a multirun`, {
    code: 'usage/endless-job',
    title: 'Usage Error',
    hint: `Run it alone, or without ${setting}.`,
  });
}
