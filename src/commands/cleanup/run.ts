import { agrees } from '../../base/ask.ts';
import { DevboxError } from '../../base/errors.ts';
import { count } from '../../base/text.ts';
import type { Lease } from '../../leases/lease.ts';
import { secondsLeft } from '../../leases/term.ts';
import type { Box } from '../../providers/provider.ts';
import { type Asked, askProviders, tellUnseen } from '../ask-providers.ts';
import { closeLease } from '../close-lease.ts';
import type { CommandDeps } from '../command.ts';
import { allLeases, concerns } from '../leased.ts';
import type { Outcome } from '../outcome.ts';
import { carryOut, type Done } from './carry-out.ts';
import { type Item, look, type PlanOptions, planFor } from './plan.ts';
import { findStrays } from './strays.ts';
import { cleanupView } from './view.ts';

export interface CleanupOptions extends PlanOptions {
  readonly dryRun: boolean;
  /** Ask a person, where there is one, before boxes are ended. */
  readonly ask: boolean;
  /** Show also what stays as it is. */
  readonly showKept: boolean;
}

/**
 * Goes over all leases and the boxes behind them, and ends and closes what is over. Everything that it did, or would do,
 * is in its view; what failed decides its exit status.
 */
export async function cleanUp(given: CleanupOptions, deps: CommandDeps): Promise<Outcome> {
  const options = { ...given, orphans: given.orphans && !deps.leases.isShared };
  if (given.orphans && !options.orphans) {
    const message =
      'orphans=true ends nothing here: leases.store=dynamodb is shared, so a box without a lease in it was given up';
    deps.emit({ type: 'notice', level: 'warning', message });
  }
  const now = deps.context.clock.now();
  const leases = await allLeases(deps);
  const { asked, ...others } = await askProviders(leases, deps, options.dryRun).catch((error: unknown) => {
    if (hasNothingToDo(error, leases, options, deps)) return { asked: [], failed: [] };
    throw error;
  });
  const failed: DevboxError[] = [...others.failed];
  const unfinished = await deps.leases.unfinished();
  const items: Item[] = [];
  for (const one of asked) items.push(...(await planFor(one, leases, options, deps, failed)));
  await look(items, failed, () => findStrays(asked, options.ssh, deps));
  const ends = items.flatMap((item) => (item.verdict.act === 'end' && 'box' in item ? [item.box] : []));
  if (options.ask && ends.length > 0) await confirm(ends, deps);
  const done: Done[] = [];
  for (const item of items)
    done.push(options.dryRun ? wouldDo(item) : await carryOut(item, options.ssh, deps));
  const left = options.dryRun ? [] : await finish(unfinished, asked, options, deps);
  const unseen = tellUnseen(leases, asked, deps);
  for (const error of failed) {
    deps.emit({
      type: 'notice',
      level: 'warning',
      message: `Not everything was looked at: ${error.message}`,
    });
  }
  const error = [
    ...failed,
    ...done.flatMap((one) => one.error ?? []),
    ...left,
    ...unseen.filter((lease) => (secondsLeft(lease, now) ?? 1) <= 0).map(outOfReach),
  ][0];
  return {
    view: cleanupView(done, { ...options, now }),
    ...(error ? { error } : {}),
  };
}

/** Closes the leases of which earlier something was left at the provider. @returns why it is still there. */
async function finish(
  unfinished: readonly Lease[],
  asked: readonly Asked[],
  { ssh }: PlanOptions,
  deps: CommandDeps,
): Promise<DevboxError[]> {
  const left: DevboxError[] = [];
  for (const { provider } of asked) {
    for (const lease of unfinished.filter((one) => concerns(one, provider))) {
      const error = await closeLease(lease, { provider, ssh }, deps);
      if (error) left.push(error);
    }
  }
  return left;
}

/** Without a key, a provider that nobody chose and no lease knows has nothing to clean up. */
function hasNothingToDo(
  error: unknown,
  leases: readonly Lease[],
  { orphans }: CleanupOptions,
  { apiIsExplicit }: CommandDeps,
): boolean {
  const isKeyless = error instanceof DevboxError && error.code.endsWith('/no-api-key');
  return isKeyless && leases.length === 0 && !orphans && !apiIsExplicit;
}

/** Boxes that a question names one by one. */
const mostNamed = 8;

async function confirm(ends: readonly (Box | null)[], deps: CommandDeps): Promise<void> {
  if (!deps.interactive) return;
  await deps.releaseTerminal();
  const names = ends.slice(0, mostNamed).map((box) => `${box?.name ?? 'a box'} (${box?.id})`);
  const more = ends.length > mostNamed ? ` and ${ends.length - mostNamed} more` : '';
  const what = `${count(ends.length, 'box', 'boxes')}: ${names.join(', ')}${more}`;
  if (await agrees(`End ${what}?`, deps.context)) return;
  throw new DevboxError('failed', 'nothing was done', {
    code: 'cleanup/declined',
    title: 'Not Done',
    hint: 'devbox cleanup dry_run=true shows what would be ended.',
  });
}

/** What is over and cannot be ended with the key at hand is not done. */
function outOfReach({ id, name, account, expiresAt }: Lease): DevboxError {
  return new DevboxError('unauthorised', `${name} is past its time, and the key here is not of its account`, {
    code: 'lease/other-account',
    title: 'Not Done',
    details: [
      { label: 'Lease', value: id },
      { label: 'Account', value: account },
      ...(expiresAt === null ? [] : [{ label: 'Over since', value: expiresAt }]),
    ],
    hint: `It may cost money. Clean up with the key of that account, or give the lease up: devbox lease release ${id}`,
  });
}

function wouldDo(item: Item): Done {
  const { act, why } = item.verdict;
  const actions = { keep: 'kept', end: 'ended', close: 'closed', ask: 'to decide' } as const;
  const isOfSsh = (item.kind === 'files' || item.kind === 'key') && act === 'close';
  return { item, action: isOfSsh ? 'removed' : actions[act], why };
}
