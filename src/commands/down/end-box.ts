import { DevboxError } from '../../base/errors.ts';
import type { Lease } from '../../leases/lease.ts';
import { costSoFar } from '../../leases/term.ts';
import type { Box, TerminateOptions } from '../../providers/provider.ts';
import { token } from '../../ui/card.ts';
import { dollars } from '../../ui/units.ts';
import type { View } from '../../ui/view.ts';
import { boxCard, boxJson } from '../box-card.ts';
import { closeLease, dropMarked, removeEntry } from '../close-lease.ts';
import type { CommandDeps } from '../command.ts';
import type { FoundBox } from '../find-box.ts';
import type { SshConfig } from '../settings.ts';

/** Ends one box, and with it its leases and its file for ssh, while nobody brings up another one of its name. */
export async function endBox(
  found: FoundBox,
  options: TerminateOptions,
  ssh: SshConfig,
  deps: CommandDeps,
): Promise<View> {
  const { box, provider, unseen } = found;
  return underNames([found], deps, async () => {
    const after = await provider.terminate(box, options).catch((error: unknown) => {
      throw unseen ? notYetKnown(box, error) : error;
    });
    return close(found, after, options.purge, ssh, deps);
  });
}

/** Whether the ends of these boxes can be asked for with one request. */
export function canEndTogether(
  found: readonly FoundBox[],
): found is readonly [FoundBox, FoundBox, ...FoundBox[]] {
  return found.length > 1 && found.every(({ provider, unseen }) => provider.terminateTogether && !unseen);
}

/** Ends several boxes of one provider, as `endBox` ends one. @returns what came of each, in their order. */
export async function endTogether(
  found: readonly [FoundBox, ...FoundBox[]],
  ssh: SshConfig,
  deps: CommandDeps,
): Promise<(View | DevboxError)[]> {
  const [{ provider }] = found;
  return underNames(found, deps, async () => {
    const after = await provider.terminateTogether?.(found.map(({ box }) => box));
    const results: (View | DevboxError)[] = [];
    for (const one of found) {
      const now = after?.get(one.box.id);
      if (now instanceof DevboxError) results.push(now);
      else if (now) results.push(await close(one, now, false, ssh, deps));
    }
    return results;
  });
}

/** Works while nobody else brings up or ends boxes of these names; always in the same order, so that nobody waits in a ring. */
function underNames<T>(found: readonly FoundBox[], deps: CommandDeps, work: () => Promise<T>): Promise<T> {
  const names = new Map(
    found.map(({ box, provider, leases }) => [leases[0]?.name ?? box.name ?? box.id, provider.name]),
  );
  const sorted = [...names].sort(([one], [other]) => (one < other ? 1 : -1));
  const held = sorted.reduce<() => Promise<T>>(
    (inner, [name, provider]) =>
      () =>
        deps.leases.withName(provider, name, inner, {
          signal: deps.context.signal,
          onWait: () =>
            deps.emit({ type: 'notice', level: 'info', message: `Another devbox is at work on ${name}` }),
        }),
    work,
  );
  return held();
}

/** What is left to do for a box whose end is on its way. */
async function close(
  { box, provider, leases }: FoundBox,
  after: Box,
  purged: boolean,
  ssh: SshConfig,
  deps: CommandDeps,
): Promise<View> {
  for (const lease of leases) await closeLease(lease, { provider, ssh }, deps);
  if (leases.length === 0) await dropMarked(box, provider, deps);
  await removeEntry(box.id, ssh, deps);
  return view(after, purged, leases, deps.context.clock.now());
}

/** The provider accepted the launch of a box that it does not know yet, so its end has to be asked for again. */
function notYetKnown(box: Box, error: unknown): DevboxError {
  return new DevboxError(
    'outcome-unknown',
    `${box.name ?? box.id} was launched, and the provider does not know it yet`,
    {
      title: 'Outcome Unknown',
      code: 'down/unseen',
      details: [{ label: 'ID', value: box.id }],
      hint: `It may still appear and cost money. Ask again: devbox command=down instance_identifier=${box.id}`,
      cause: error,
    },
  );
}

function view(box: Box, purged: boolean, leases: readonly Lease[], now: number): View {
  const [lease] = leases;
  const cost = lease ? costSoFar(lease, now) : null;
  const card = boxCard(box, { complete: true });
  const costRow = { label: 'Cost', value: [token('money', dollars(cost ?? 0))] };
  const ends = box.phase === 'ending';
  const kept = box.extra.some(({ label }) => label === 'Home') && !purged;
  return {
    cards: [cost === null ? card : { ...card, rows: [...card.rows, costRow] }],
    footer: [
      ...(ends ? [['It is billed until it has ended: ', token('command', 'devbox list')]] : []),
      ...(kept ? [`Its home is kept for the next box called ${box.name ?? box.id}.`] : []),
    ],
    json: { ...boxJson(box), cost_cents: cost === null ? null : Math.round(cost) },
    quiet: [box.id],
  };
}
