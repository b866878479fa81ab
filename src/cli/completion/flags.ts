import type { FlagTable } from '../flag-table.ts';
import { isOwn, ownFlags, ownOfLetter } from '../own-flags.ts';
import { type Candidate, plain } from './candidate.ts';
import type { Setting } from './settings.ts';

/** What some of devbox's own flags can be followed by. */
export const flagValues: Readonly<Record<string, readonly string[]>> = {
  cfg: ['job', 'hydra', 'all'],
  info: ['all', 'config', 'defaults', 'defaults-tree', 'provenance', 'searchpath'],
  package: ['api', 'wait', 'ssh', 'leases'],
};

/** Hydra's own short spellings of two letters. */
const shortOfTwo: Readonly<Record<string, string>> = {
  '-cd': 'config-dir',
  '-cp': 'config-path',
  '-cn': 'config-name',
};

/** devbox's own flags, and those of the command with the settings that they stand for. */
export function flagCandidates(settings: readonly Setting[], table: FlagTable): Candidate[] {
  const keyed = new Map(settings.map((setting) => [setting.key, setting]));
  const names = new Set([...table.names(), ...settings.map(({ key }) => key.replaceAll('_', '-'))]);
  return [
    ...plain(Object.keys(ownFlags), '--'),
    ...[...names].flatMap((name) => {
      const meaning = table.find(name);
      const description = meaning && keyed.get(meaning.key)?.description;
      const flag = { value: `--${name}`, description };
      const isSwitch = meaning?.reading === 'switch' && !name.includes('.');
      return isSwitch
        ? [flag, { value: `--no-${name}`, description: `not: ${description ?? name}` }]
        : [flag];
    }),
  ];
}

/** What a word is if it is a flag that takes its value from the next one: a flag of devbox, or a key. */
export function awaitsValue(
  word: string | undefined,
  table: FlagTable,
): { readonly flag: string } | { readonly key: string } | undefined {
  if (word === undefined || !/^-./.test(word) || word.includes('=')) return undefined;
  const name = shortOfTwo[word] ?? longName(word);
  if (isOwn(name)) return ownFlags[name].type === 'string' ? { flag: name } : undefined;
  const meaning = table.find(name);
  return meaning === undefined || meaning.reading === 'switch' ? undefined : { key: meaning.key };
}

/** The name behind the hyphens; the long one for a letter of devbox's own. */
function longName(word: string): string {
  if (word.startsWith('--')) return word.slice(2);
  return ownOfLetter(word.slice(1)) ?? word.slice(1);
}
