import { acquire } from '../../acquire/launch.ts';
import { waitUntilReady } from '../../acquire/wait.ts';
import { DevboxError } from '../../base/errors.ts';
import { indeterminate, type Lease, launched, ready } from '../../leases/lease.ts';
import type { Box, LaunchRequest, Provider } from '../../providers/provider.ts';
import type { CommandDeps, CommonConfig, RawConfig } from '../command.ts';
import { isOf, isUnsettled, mayExist } from '../find-box.ts';
import type { UpSettings } from './settings.ts';

export interface Wanted {
  readonly name: string;
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
  const up = await deps.leases.withName(provider.name, name, async (): Promise<Standing[]> => {
    const live = (await provider.list()).filter((box) => box.name === name && isLive(box));
    if (live.length > 0) {
      return Promise.all(live.map(async (box) => ({ box, lease: await leaseOf(box, wanted, deps) })));
    }
    await settleOldLeases(wanted, deps);
    return [await launch(wanted, deps)];
  });
  const [only] = up;
  if (up.length > 1 || only === undefined) return up.map(({ box }) => box);
  if (only.box.phase === 'ready') return [await markReady(only, deps)];
  if (!config.wait_after_launch) return [only.box];
  const box = await waitUntilReady({
    provider,
    id: only.box.id,
    name,
    policy: {
      timeoutSeconds: config.wait.timeout,
      pollIntervalSeconds: config.wait.poll_interval,
      growth: 1.5,
    },
    clock: deps.context.clock,
    emit: deps.emit,
    signal: deps.context.signal,
  });
  return [await markReady({ box, lease: only.lease }, deps)];
}

/** A box of the name that was asked for, and the lease on it where devbox made it. */
interface Standing {
  readonly box: Box;
  readonly lease: Lease | null;
}

/** Whether a box of this name stands in the way of another: it is there, or on its way. */
function isLive(box: Box): boolean {
  return box.phase !== 'ended' && box.phase !== 'ending';
}

async function markReady({ box, lease }: Standing, deps: CommandDeps): Promise<Box> {
  if (lease && lease.state !== 'ready') await deps.leases.update(lease.id, ready(box.id));
  return box;
}

/** The lease of a box that was found live; one whose launch lost its answer is settled by it. */
async function leaseOf(box: Box, { name, provider }: Wanted, deps: CommandDeps): Promise<Lease | null> {
  const own = (await deps.leases.list()).leases.filter((lease) => isOf(lease, provider));
  const bound = own.find((lease) => lease.instanceId === box.id);
  if (bound) return bound;
  const open = own.find((lease) => lease.name === name && isUnsettled(lease));
  return open ? deps.leases.update(open.id, launched(box.id)) : null;
}

/** Leases of this name whose box is not there any more are over; one that may still get its box forbids a launch. */
async function settleOldLeases({ name, provider }: Wanted, deps: CommandDeps): Promise<void> {
  const old = (await deps.leases.list()).leases.filter(
    (lease) => isOf(lease, provider) && lease.name === name,
  );
  for (const lease of old) {
    if (isUnsettled(lease) && provider.surfacingMinutes > 0) throw mayExist(lease);
    const box = lease.instanceId === null ? null : await provider.get(lease.instanceId);
    if (box === null || box.phase === 'ended' || box.phase === 'ending') await deps.leases.release(lease.id);
  }
}

async function launch(wanted: Wanted, deps: CommandDeps): Promise<Standing> {
  const { name, provider, config } = wanted;
  const { context, emit, leases } = deps;
  const lease = await leases.create({
    id: deps.runId,
    name,
    provider: provider.name,
    api: deps.apiOption,
    account: provider.account,
    region: config.region ?? null,
    type: config.instance_type ?? null,
    owner: { user: context.user.name, host: context.user.host, directory: context.cwd },
  });
  const request: LaunchRequest = { name, tags: config.tags, env: config.env, settings: wanted.settings };
  const acquired = await acquire({
    provider,
    request,
    what: [config.instance_type, config.region].filter(Boolean).join(' in ') || 'a box on this machine',
    policy: {
      maxRetries: config.max_retries,
      initialBackoffSeconds: config.initial_backoff,
      maxBackoffSeconds: config.max_backoff,
      backoffMultiplier: config.backoff_multiplier,
    },
    clock: context.clock,
    emit,
    signal: context.signal,
  }).catch(async (error: unknown) => {
    // Every way in which acquiring throws means that nothing exists.
    await leases.release(lease.id);
    throw error;
  });
  if (acquired.outcome === 'lost') {
    throw lost(acquired.error, await leases.update(lease.id, indeterminate(acquired.error.message)));
  }
  const bound = await leases.update(lease.id, launched(acquired.id));
  return { box: (await look(provider, acquired.id)) ?? justLaunched(acquired.id, wanted), lease: bound };
}

/** The box as the provider shows it; a failed look must not hide that it was launched. */
async function look(provider: Provider, id: string): Promise<Box | null> {
  try {
    return await provider.get(id);
  } catch {
    return null;
  }
}

/** A box that the provider accepted and does not show yet. */
function justLaunched(id: string, { name, provider, config }: Wanted): Box {
  return {
    id,
    name,
    provider: provider.name,
    status: 'launched',
    phase: 'pending',
    address: null,
    region: config.region ?? null,
    type: config.instance_type ?? null,
    priceCentsPerHour: null,
    createdAt: null,
    reach: { kind: 'none', why: 'it was launched a moment ago' },
    filesystems: config.filesystem_name ? [config.filesystem_name] : [],
    sshKeys: config.ssh_key_name ? [config.ssh_key_name] : [],
    extra: [],
  };
}

/** What went wrong with the launch, and that it is recorded. */
function lost(error: Error, lease: Lease): DevboxError {
  const cause = error instanceof DevboxError ? error : undefined;
  const unknown = mayExist(lease);
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
