import { DevboxError } from '../base/errors.ts';
import type { DnsConfiguration } from './configuration.ts';
import {
  type CurrentRun,
  type DnsClaim,
  type DnsEntry,
  type DnsProviderName,
  isOwnNameDue,
  mayHaveOldName,
} from './entry.ts';
import { type DnsLabel, plainName, storedLabel } from './label.ts';
import type { DnsPort, DnsState, DropOutcome, SetOutcome } from './port.ts';
import type { DnsRow, DnsRows } from './rows.ts';
import type { DnsZone, OpenedZone } from './zone.ts';

/** What names of boxes need. */
export interface BoxNamesDeps {
  /** What the parameters say. @throws where that cannot be found out. */
  readonly configuration: () => Promise<DnsConfiguration>;
  /** @throws where the provider does not answer. */
  readonly open: (provider: DnsProviderName, zone: string) => Promise<OpenedZone>;
  readonly rows: DnsRows;
}

type Access =
  | Exclude<DnsState, { readonly kind: 'ready' }>
  | { readonly kind: 'ready'; readonly zone: DnsZone };

/** Names of boxes over the rows of the main table and the zone of a provider: see `DnsPort`. */
export function boxNames({ configuration, open, rows }: BoxNamesDeps): DnsPort {
  const opened = new Map<string, Promise<Access>>();

  /** The zone of a name that was made once, which need not be the one of today. */
  const zoneOf = (provider: DnsProviderName, zone: string): Promise<Access> =>
    remembered(opened, `${provider} ${zone}`, async () => {
      const answer = await open(provider, zone);
      return answer.kind === 'open' ? { kind: 'ready', zone: answer.zone } : answer;
    });

  const access = (): Promise<Access> =>
    remembered(opened, 'configured', async () => {
      const configured = await configuration();
      return configured.kind === 'on' ? zoneOf(configured.provider, configured.zone) : configured;
    });

  /**
   * Takes away what the chosen claims made, and the wishes of the chosen runs.
   * @param isLast whether a name is left where only another configuration could take it away: it must not keep a project
   *   for ever.
   */
  const takeAway = async (
    project: string,
    of: (runId: string) => boolean,
    isLast = false,
  ): Promise<readonly DropOutcome[]> => {
    const row = await rows.read(project);
    if (row === null) return [];
    const outcomes: DropOutcome[] = [];
    const gone: DnsClaim[] = [];
    for (const claim of row.entry.claims.filter(({ runId }) => of(runId))) {
      const at = await zoneOf(claim.provider, claim.zone);
      const outcome: DropOutcome =
        isLast && at.kind === 'misconfigured'
          ? { kind: 'left', name: claim.name, found: `it cannot be looked at (${at.error.message})` }
          : await removeAt(at, claim);
      outcomes.push(outcome);
      if (outcome.kind !== 'failed') gone.push(claim);
    }
    const dropsWish = row.entry.pending !== null && of(row.entry.pending.runId);
    if (gone.length === 0 && !dropsWish) return outcomes;
    const after = await rows.update(project, ({ entry }) => ({
      entry: {
        claims: entry.claims.filter((claim) => !gone.some((other) => isSameClaim(claim, other))),
        pending: entry.pending !== null && of(entry.pending.runId) ? null : entry.pending,
      },
    }));
    await releaseUnused(project, row, after);
    return outcomes;
  };

  /** Gives labels free that the row had a use for before and has none now. */
  const releaseUnused = async (project: string, before: DnsRow, after: DnsRow | null): Promise<void> => {
    if (after === null) return;
    const used = labelsOf(after);
    for (const label of labelsOf(before)) if (!used.has(label)) await rows.release(label, project);
  };

  const set: DnsPort['set'] = async ({ project, runId, target }) => {
    const before = await rows.read(project);
    if (before === null || before.runId !== runId) return { kind: 'superseded' };
    const label = wishOf(before.entry, runId);
    if (label === null) return { kind: 'unwanted' };
    const wish = (reason: string) => ({ runId, label, reason });
    const postpone = async (reason: string): Promise<void> => {
      await rows.update(project, (row) =>
        row.runId === runId ? { entry: { ...row.entry, pending: wish(reason) } } : null,
      );
    };
    if (target === null) {
      const dropped = await takeAway(project, (run) => run === runId);
      await postpone('The box has no public name.');
      return { kind: 'no-target', dropped };
    }
    const at = await access();
    if (at.kind === 'off') return at;
    if (at.kind !== 'ready') {
      await postpone(at.error.message);
      return { kind: 'failed', error: at.error };
    }
    const claim = claimIn(at.zone, label, runId, target);
    const { name, provider } = claim;
    // Written before the name is made, so that a name of ours is known whatever happens in between.
    const noted = await rows.update(project, (row) =>
      row.runId === runId
        ? {
            entry: {
              claims: row.entry.claims.some((other) => isSameClaim(claim, other))
                ? row.entry.claims
                : [...row.entry.claims, claim],
              pending: wish('The name is being made.'),
            },
          }
        : null,
    );
    if (noted === null || noted.runId !== runId) return { kind: 'superseded' };
    const made = await attempt(() => at.zone.ensure(claim, noted.entry.claims));
    if ('error' in made) {
      await postpone(made.error.message);
      return { kind: 'failed', error: made.error };
    }
    if (made.value.kind === 'foreign') {
      const error = foreignName(name, made.value.found, provider);
      await postpone(error.message);
      return { kind: 'refused', name, error };
    }
    const done = { ...claim, recordId: made.value.recordId };
    const after = await rows.update(project, (row) =>
      row.entry.claims.some((other) => isSameClaim(claim, other))
        ? {
            entry: {
              claims: [...row.entry.claims.filter((other) => !isSamePlace(claim, other)), done],
              pending: row.entry.pending?.runId === runId ? null : row.entry.pending,
            },
            ...(row.runId === runId ? { label } : {}),
          }
        : null,
    );
    if (after === null || !after.entry.claims.some((other) => isSameClaim(claim, other))) {
      // The run ended meanwhile, and whoever ended it saw no name yet.
      await removeAt(at, done);
      return { kind: 'superseded' };
    }
    await releaseUnused(project, noted, after);
    return { kind: made.value.kind, name };
  };

  /** The first deployments noted nothing but the label: what they made for this very instance is ours from now on. */
  const adopt = async (
    project: string,
    { runId, target }: CurrentRun,
    label: DnsLabel,
  ): Promise<SetOutcome> => {
    const at = await access();
    if (at.kind === 'misconfigured' || at.kind === 'failing') return { kind: 'failed', error: at.error };
    let claims: readonly DnsClaim[] = [];
    if (at.kind === 'ready' && target !== null) {
      const claim = claimIn(at.zone, label, runId, target);
      const held = await attempt(() => at.zone.holds(claim));
      if ('error' in held) return { kind: 'failed', error: held.error };
      if (held.value) claims = [claim];
    }
    if (claims.length > 0) await rows.reserve(label, project);
    await rows.update(project, ({ entry }) =>
      entry.version === 0 ? { entry: { ...entry, claims: [...claims] } } : null,
    );
    const [adopted] = claims;
    return adopted === undefined ? { kind: 'unwanted' } : { kind: 'unchanged', name: adopted.name };
  };

  return {
    state: async () => {
      const at = await access();
      return at.kind === 'ready' ? { kind: 'ready', provider: at.zone.provider, zone: at.zone.zone } : at;
    },
    check: async ({ label, entry }) => {
      const at = await access();
      if (at.kind !== 'ready') return at;
      const name = `${label}.${at.zone.zone}`;
      const found = await attempt(() => at.zone.foreignAt(name, entry.claims));
      if ('error' in found) return { kind: 'failing', error: found.error };
      if (found.value === null) return { kind: 'usable', name };
      return { kind: 'foreign', name, error: foreignName(name, found.value, at.zone.provider) };
    },
    reserve: async ({ project, runId, label }) => {
      const by = await rows.reserve(label, project);
      if (by !== project) return { kind: 'taken', by, error: takenLabel(label, by) };
      const row = await rows.update(project, ({ runId: current, entry }) =>
        current === runId
          ? { entry: { ...entry, pending: { runId, label, reason: 'The box is not up yet.' } } }
          : null,
      );
      if (row === null) await rows.release(label, project);
      return { kind: row?.runId === runId ? 'reserved' : 'superseded' };
    },
    set,
    drop: ({ project, runId }) => takeAway(project, (run) => run === runId),
    settle: async (project, current) => {
      const row = await rows.read(project);
      if (row === null) return { set: null, dropped: [] };
      if (current !== null && row.label !== null && mayHaveOldName(row.entry, row.label, current))
        return { set: await adopt(project, current, row.label), dropped: [] };
      const outcome =
        current !== null && isOwnNameDue(row.entry, current) ? await set({ ...current, project }) : null;
      return { set: outcome, dropped: await takeAway(project, (run) => run !== current?.runId) };
    },
    forget: async (project) => {
      const row = await rows.read(project);
      const outcomes = await takeAway(project, () => true, true);
      if (row?.label && outcomes.every(({ kind }) => kind !== 'failed'))
        await rows.release(row.label, project);
      return outcomes;
    },
  };
}

/** What was opened stays open; what failed is tried again by whoever comes next. */
function remembered(
  opened: Map<string, Promise<Access>>,
  key: string,
  open: () => Promise<Access>,
): Promise<Access> {
  const known = opened.get(key);
  if (known !== undefined) return known;
  const opening = attempt(open).then((answer): Access => {
    const access: Access = 'error' in answer ? { kind: 'failing', error: answer.error } : answer.value;
    if (access.kind === 'failing') opened.delete(key);
    return access;
  });
  opened.set(key, opening);
  return opening;
}

/** A failure that is told to the user is an outcome here; any other is a fault of devbox and stays one. */
async function attempt<T>(
  act: () => Promise<T>,
): Promise<{ readonly value: T } | { readonly error: DevboxError }> {
  try {
    return { value: await act() };
  } catch (error) {
    if (error instanceof DevboxError && error.kind !== 'interrupted') return { error };
    throw error;
  }
}

async function removeAt(at: Access, claim: DnsClaim): Promise<DropOutcome> {
  const { name } = claim;
  if (at.kind === 'off') return { kind: 'absent', name };
  if (at.kind !== 'ready') return { kind: 'failed', name, error: at.error };
  const removed = await attempt(() => at.zone.remove(claim));
  return 'error' in removed ? { kind: 'failed', name, error: removed.error } : { ...removed.value, name };
}

function claimIn({ provider, zone }: DnsZone, label: string, runId: string, target: string): DnsClaim {
  const name = `${label}.${zone}`;
  return { provider, zone, label, name, target: plainName(target), runId, recordId: null };
}

/** The label that a run is to have; null where it is to have none. */
function wishOf({ pending, claims }: DnsEntry, runId: string): DnsLabel | null {
  const claim = claims.find((each) => each.runId === runId);
  return storedLabel(pending?.runId === runId ? pending.label : claim?.label);
}

function labelsOf({ label, entry: { claims, pending } }: DnsRow): ReadonlySet<string> {
  return new Set([
    ...claims.map((claim) => claim.label),
    ...(label === null ? [] : [label]),
    ...(pending === null ? [] : [pending.label]),
  ]);
}

function isSamePlace(a: DnsClaim, b: DnsClaim): boolean {
  return a.provider === b.provider && a.name === b.name;
}

function isSameClaim(a: DnsClaim, b: DnsClaim): boolean {
  return isSamePlace(a, b) && a.target === b.target && a.runId === b.runId;
}

function foreignName(name: string, found: string, provider: DnsProviderName): DevboxError {
  return new DevboxError('usage', `${name} is there already, and devbox did not make it for this project.`, {
    title: 'DNS Name Taken',
    code: 'dns/name-foreign',
    details: [
      { label: 'Name', value: name },
      { label: 'Found', value: found },
      { label: 'Provider', value: provider },
    ],
    hint: 'Choose another name with dns_subdomain=NAME, or none with dns=false. If nobody needs the record, delete it there.',
  });
}

function takenLabel(label: string, by: string): DevboxError {
  return new DevboxError('usage', `The DNS name ${label} belongs to the project ${by}.`, {
    title: 'DNS Name Taken',
    code: 'dns/label-taken',
    details: [
      { label: 'Name', value: label },
      { label: 'Project', value: by },
    ],
    hint: 'Choose another name with dns_subdomain=NAME, or none with dns=false.',
  });
}
