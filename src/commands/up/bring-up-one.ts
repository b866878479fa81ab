import { acquire } from '../../acquire/launch.ts';
import { DevboxError } from '../../base/errors.ts';
import {
  endOf,
  indeterminate,
  type Lease,
  type LeaseChange,
  launched,
  priced,
  ready,
} from '../../leases/lease.ts';
import { marksOf } from '../../leases/marks.ts';
import type { Box, LaunchRequest, Provider } from '../../providers/provider.ts';
import { closeLease } from '../close-lease.ts';
import type { CommandDeps, CommonConfig, RawConfig } from '../command.ts';
import { mayExist } from '../find-box.ts';
import { allLeases, isUnsettled, mayStillSurface, unseenBox } from '../leased.ts';
import { secondsOf } from '../settings.ts';
import { settleLeases, tellOpen } from '../settle-leases.ts';
import { waitForBox } from '../wait-for-box.ts';
import { giveUp } from './give-up.ts';
import { makeAccess, sshPlan } from './launch-access.ts';
import { requestFingerprint } from './request-fingerprint.ts';
import type { UpSettings } from './settings.ts';
import { tellStanding } from './standing.ts';

export interface Wanted {
  readonly name: string;
  /** What is asked for, in a few words for the user. */
  readonly what: string;
  /** What the provider's launch schema reads. */
  readonly settings: RawConfig;
  readonly config: CommonConfig & UpSettings;
  readonly provider: Provider;
}

/**
 * Brings one box up, or finds the live ones of its name. Another process that brings up the same name is waited
 * for, and the lease is on disk before anything is asked for.
 * @throws DevboxError `outcome-unknown` where an earlier or this launch may have made a box that nobody can see.
 */
export async function bringUpOne(wanted: Wanted, deps: CommandDeps): Promise<Box[]> {
  const { name, provider, config } = wanted;
  const alone = async (): Promise<Standing[]> => {
    const boxes = await provider.list();
    const live = boxes.filter((box) => box.name === name && isLive(box));
    const { leases } = await settleLeases(provider, boxes, await allLeases(deps), deps);
    if (live.length > 0) {
      tellStanding(live, wanted, deps.emit);
      const open = leases.filter((lease) => lease.name === name && isUnsettled(lease));
      tellOpen(open, live, deps.emit);
      return live.map((box) => ({
        box,
        lease: leases.find(({ instanceId }) => instanceId === box.id) ?? null,
      }));
    }
    const unseen = await settle(
      leases.filter((lease) => lease.name === name),
      wanted,
      deps,
    );
    return [unseen ?? (await launch(wanted, boxes, deps))];
  };
  const project = config.project ?? null;
  const up = await deps.leases.withName(provider.name, name, alone, {
    signal: deps.context.signal,
    onWait: () =>
      deps.emit({ type: 'notice', level: 'info', message: `Another devbox is bringing ${name} up` }),
  });
  const [first] = up;
  if (up.length > 1 || first === undefined) return up.map(({ box }) => box);
  const only = project === null ? first : await followProject(project, first, wanted, deps);
  if (!config.wait_after_launch) return [only.box.phase === 'ready' ? await markReady(only, deps) : only.box];
  // Machines take minutes to boot; containers are there within seconds.
  const growth = provider.server ? 1 : 1.5;
  const box = await waitForBox({ id: only.box.id, name, provider, growth }, config, deps).catch(
    (error: unknown) => giveUp(error, only, wanted, deps),
  );
  return [await markReady({ box, lease: only.lease }, deps)];
}

/**
 * Follows the launch of a project until its box runs. One that came to nothing leaves no lease behind.
 * @throws what `ProjectsFacet.arrive` throws.
 */
async function followProject(
  project: string,
  { box, lease }: Standing,
  { provider, config }: Wanted,
  deps: CommandDeps,
): Promise<Standing> {
  try {
    await provider.projects?.arrive(project, config.wait.timeout);
  } catch (error) {
    const isOver = error instanceof DevboxError && error.code === 'aws/launch-failed';
    if (isOver && lease) await closeLease(lease, { provider, ssh: config.ssh }, deps);
    throw error;
  }
  return { box: (await look(provider, box.id)) ?? box, lease };
}

/** More boxes than these are not written down with a lease. */
const mostRemembered = 500;

/** A box of the name that was asked for, and the lease on it where devbox made it. */
export interface Standing {
  readonly box: Box;
  readonly lease: Lease | null;
}

/** Whether a box of this name stands in the way of another: it is there, or on its way. */
function isLive(box: Box): boolean {
  return box.phase !== 'ended' && box.phase !== 'ending';
}

async function markReady({ box, lease }: Standing, deps: CommandDeps): Promise<Box> {
  if (lease && lease.state !== 'ready') {
    await record(lease, (now) => priced(box.priceCentsPerHour)(ready(box.id)(now)), deps);
  }
  return box;
}

/**
 * Looks after the leases of this name, of which no box is listed: one whose box may still appear stands for that
 * box, those whose box is gone are over.
 * @throws DevboxError `outcome-unknown` where a launch may have made a box that nobody knows the id of.
 */
async function settle(
  old: readonly Lease[],
  { provider, config: { ssh } }: Wanted,
  deps: CommandDeps,
): Promise<Standing | null> {
  const { warnings } = await deps.leases.list();
  const [unreadable] = warnings;
  if (unreadable !== undefined && provider.surfacingMinutes > 0) throw unreadableLease(unreadable);
  for (const lease of old) {
    if (isUnsettled(lease) && mayExistStill(lease, provider, deps)) throw mayExist(lease, provider);
    const box = lease.instanceId === null ? null : await provider.get(lease.instanceId);
    if (box && isLive(box)) return { box, lease };
    if (!box && lease.instanceId !== null && mayStillSurface(lease, provider, deps.context.clock)) {
      return { box: unseenBox(lease, lease.instanceId), lease };
    }
    await closeLease(lease, { provider, ssh }, deps);
  }
  return null;
}

/** Whether a launch without an answer may have made a box that only does not show. */
function mayExistStill(lease: Lease, provider: Provider, { context }: CommandDeps): boolean {
  if (provider.marksAreSure) return mayStillSurface(lease, provider, context.clock);
  return provider.surfacingMinutes > 0;
}

function unreadableLease(problem: string): DevboxError {
  return new DevboxError(
    'outcome-unknown',
    'nothing was launched: a lease cannot be read, and it may be of this box',
    {
      title: 'Outcome Unknown',
      code: 'lease/unreadable',
      details: [{ label: 'Lease', value: problem }],
      hint: 'Look whether its box exists (devbox command=list), then remove the file.',
    },
  );
}

async function launch(wanted: Wanted, before: readonly Box[], deps: CommandDeps): Promise<Standing> {
  const { name, what, provider, config } = wanted;
  const { context, emit, leases } = deps;
  const { clock } = context;
  const ttlSeconds = config.ttl === null ? null : secondsOf(config.ttl);
  const plan = sshPlan(provider, wanted.settings, config.ssh, context.env);
  const intended = await leases.create({
    id: deps.runId,
    name,
    provider: provider.name,
    api: deps.apiOption,
    apiSettings: { ...deps.apiSettings, ...provider.apiSettings },
    account: provider.account,
    region: config.region ?? null,
    type: typeIn(wanted.settings) ?? config.instance_type ?? config.gpu_type ?? null,
    owner: { user: context.user.name, host: context.user.host, directory: deps.directory },
    ttlSeconds,
    expiresAt: endOf(ttlSeconds, clock.now()),
    idleTimeoutSeconds: config.idle_timeout === null ? null : secondsOf(config.idle_timeout),
    request: requestFingerprint(wanted),
    before: before.length > mostRemembered ? null : before.map(({ id }) => id),
  });
  let lease = intended;
  const nothingExists = async (error: unknown): Promise<never> => {
    // On disk it says more than here where it was cut short: the key that was about to be registered.
    const now = (await leases.get(lease.id).catch(() => null)) ?? lease;
    await closeLease(now, { provider, ssh: config.ssh }, deps).catch(() => undefined);
    throw error;
  };
  const noAccess = async (error: unknown): Promise<never> => {
    if (!(error instanceof DevboxError) || error.kind !== 'outcome-unknown') return nothingExists(error);
    // Its key may still appear: the record stays, and says which one.
    await leases.update(lease.id, (now) => ({ ...now, state: 'released' })).catch(() => undefined);
    throw error;
  };
  const made = plan && (await makeAccess(lease, plan, provider, deps).catch(noAccess));
  if (made) lease = made.lease;
  const request: LaunchRequest = {
    name,
    lease: lease.id,
    marks: marksOf(lease),
    tags: config.tags,
    env: config.env,
    ...(made ? { access: made.access } : {}),
    settings: wanted.settings,
  };
  // Every way in which acquiring throws means that nothing exists.
  const acquired = await acquire({
    provider: {
      launchIntervalSeconds: provider.launchIntervalSeconds,
      // The time of a box begins with the launch that is accepted, which may be hours after the first. On disk is when the
      // last one was sent: so long after it a box may still appear.
      launch: async (asked: LaunchRequest) => {
        const expiresAt = endOf(ttlSeconds, clock.now());
        lease = await leases.update(lease.id, (now) => ({ ...now, expiresAt }));
        return provider.launch({ ...asked, marks: marksOf(lease) });
      },
    },
    request,
    what,
    policy: {
      maxRetries: config.max_retries,
      initialBackoffSeconds: config.initial_backoff,
      maxBackoffSeconds: config.max_backoff,
      backoffMultiplier: config.backoff_multiplier,
    },
    clock: context.clock,
    emit,
    signal: context.signal,
  }).catch(nothingExists);
  if (acquired.outcome === 'lost') {
    throw lost(acquired.error, await record(lease, indeterminate(acquired.error.message), deps), provider);
  }
  const { id } = acquired;
  const bound = await record(lease, launched(id, clock.now()), deps);
  const box = await look(provider, id);
  if (box === null) return { box: unseenBox(bound, id), lease: bound };
  const price = box.priceCentsPerHour;
  return { box, lease: price === null ? bound : await record(bound, priced(price), deps) };
}

/**
 * Writes down how far a lease has come. A box that exists must be told of whatever happens to its record, so a
 * record that is gone is made again, and one that cannot be written is only worth a warning.
 */
async function record(lease: Lease, change: LeaseChange, deps: CommandDeps): Promise<Lease> {
  try {
    return await deps.leases.update(lease.id, change);
  } catch (error) {
    try {
      const again = await deps.leases.create(lease);
      return await deps.leases.update(again.id, change);
    } catch {
      const why = error instanceof Error ? error.message : String(error);
      const message = `The lease ${lease.id} of ${lease.name} could not be written: ${why}`;
      deps.emit({ type: 'notice', level: 'warning', message });
      return change(lease);
    }
  }
}

/** The type that is asked for, where a project remembered it. */
const typeIn = ({ instance_type: type }: RawConfig): string | null =>
  typeof type === 'string' ? type : null;

/** The box as the provider shows it; a failed look must not hide that it was launched. */
async function look(provider: Provider, id: string): Promise<Box | null> {
  try {
    return await provider.get(id);
  } catch {
    return null;
  }
}

/** What went wrong with the launch, and that it is recorded. */
function lost(error: Error, lease: Lease, provider: Provider): DevboxError {
  const cause = error instanceof DevboxError ? error : undefined;
  const unknown = mayExist(lease, provider);
  return new DevboxError(cause?.kind === 'interrupted' ? 'interrupted' : 'outcome-unknown', unknown.message, {
    title: unknown.title,
    code: 'up/outcome-unknown',
    details: [
      ...(cause?.details ?? []),
      { label: 'Answer', value: error.message },
      ...unknown.details.slice(0, 3),
    ],
    hint: unknown.hint,
    cause: error,
  });
}
