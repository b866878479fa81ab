import { shellLine } from '../../base/shell.ts';
import { count } from '../../base/text.ts';
import { costSoFar } from '../../leases/term.ts';
import { type Text, type Tone, token } from '../../ui/card.ts';
import type { View } from '../../ui/view.ts';
import type { Done } from './carry-out.ts';

export interface CleanupShown {
  readonly dryRun: boolean;
  readonly showKept: boolean;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** What was done, or would be, as a table; a row each in `--json`. */
export function cleanupView(done: readonly Done[], options: CleanupShown): View {
  const shown = done.filter(({ action }) => options.showKept || action !== 'kept');
  const rows = shown.map((one): Text[] => [nameOf(one), idOf(one) ?? '-', word(one, options), one.why]);
  const adopt = done.flatMap((one) => advice(one));
  const table = { look: 'list', columns: ['NAME', 'ID', 'ACTION', 'BECAUSE'], rows } as const;
  return {
    cards: rows.length === 0 ? [] : [{ title: '', rows: [], table }],
    footer: [summary(done, options.dryRun), ...adopt],
    json: done.map((one) => json(one, options)),
    quiet: done.flatMap((one) => (one.action === 'ended' ? (idOf(one) ?? []) : [])),
  };
}

const tones: Readonly<Record<Done['action'], Tone>> = {
  ended: 'good',
  closed: 'good',
  removed: 'good',
  found: 'good',
  kept: 'dim',
  'to decide': 'busy',
  failed: 'bad',
};

/** What a dry run says instead. */
const would: Partial<Record<Done['action'], string>> = {
  ended: 'would end',
  closed: 'would close',
  removed: 'would remove',
};

function word({ action }: Done, { dryRun }: CleanupShown): Text {
  return [token(tones[action], (dryRun && would[action]) || action)];
}

function summary(done: readonly Done[], dryRun: boolean): Text {
  const number = (action: Done['action']): number => done.filter((one) => one.action === action).length;
  const [ended, closed, found, removed] = [
    number('ended'),
    number('closed'),
    number('found'),
    number('removed'),
  ];
  if (ended + closed + found + removed === 0) return 'Nothing to clean up';
  const parts = [
    ...(found > 0 ? [`${count(found, 'box', 'boxes')} found`] : []),
    ...(ended > 0 ? [`${count(ended, 'box', 'boxes')} ${dryRun ? 'to end' : 'ended'}`] : []),
    ...(closed > 0 ? [`${count(closed, 'lease')} ${dryRun ? 'to close' : 'closed'}`] : []),
    ...(removed > 0 ? [`${count(removed, 'leftover')} ${dryRun ? 'to remove' : 'removed'}`] : []),
  ];
  return parts.join(', ');
}

/** How a person decides on what devbox does not. */
function advice({ item, action }: Done): Text[] {
  if (action !== 'to decide' || item.verdict.act !== 'ask') return [];
  if (item.kind === 'key')
    return [
      ['To delete the key ', item.key.name, ': ', token('command', `devbox ssh_keys rm ${item.key.name}`)],
    ];
  if (item.kind === 'files')
    return [['To remove it: ', token('command', shellLine(['rm', item.stray.path]))]];
  const lease = item.kind === 'lease' ? ` lease=${item.lease.id}` : '';
  return item.verdict.candidates.map((id) => [
    'To take ',
    id,
    ' for its box: ',
    token('command', `devbox lease adopt ${id}${lease}`),
  ]);
}

function json({ item, action, why, error }: Done, { dryRun, now }: CleanupShown) {
  const lease = item.kind === 'lease' ? item.lease : null;
  const cost = lease && costSoFar(lease, now);
  return {
    name: nameOf({ item }),
    id: idOf({ item }),
    provider: item.provider?.name ?? null,
    kind: kindOf({ item }),
    ...(item.kind === 'files' ? { path: item.stray.path } : {}),
    lease: leaseOf({ item }),
    action: action.replace(' ', '_'),
    dry_run: dryRun,
    because: why,
    candidates: item.verdict.act === 'ask' ? item.verdict.candidates : [],
    cost_cents: cost === null ? null : Math.round(cost),
    ...(error ? { error: { code: error.code, message: error.message } } : {}),
  };
}

function kindOf({ item }: Pick<Done, 'item'>): string {
  switch (item.kind) {
    case 'lease':
    case 'orphan':
      return 'box';
    case 'key':
      return 'ssh_key';
    case 'files':
      return item.stray.what;
  }
}

function nameOf({ item }: Pick<Done, 'item'>): string {
  switch (item.kind) {
    case 'lease':
      return item.lease.name;
    case 'orphan':
      return item.box.name ?? '-';
    case 'key':
      return item.key.name;
    case 'files':
      return item.stray.name;
  }
}

/** The id of the box, where it is about one. */
function idOf({ item }: Pick<Done, 'item'>): string | null {
  switch (item.kind) {
    case 'lease':
      return item.lease.instanceId ?? item.box?.id ?? null;
    case 'orphan':
      return item.box.id;
    case 'key':
      return null;
    case 'files':
      return item.stray.what === 'ssh_keys' ? null : item.stray.id;
  }
}

function leaseOf({ item }: Pick<Done, 'item'>): string | null {
  switch (item.kind) {
    case 'lease':
      return item.lease.id;
    case 'orphan':
      return item.marks?.lease ?? null;
    case 'key':
      return item.lease;
    case 'files':
      return item.stray.what === 'ssh_keys' ? item.stray.id : null;
  }
}
