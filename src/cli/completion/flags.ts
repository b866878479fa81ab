import { ownFlags } from '../arguments.ts';
import { type Candidate, plain } from './candidate.ts';
import type { Setting } from './settings.ts';

/** What some of devbox's own flags can be followed by. */
export const flagValues: Readonly<Record<string, readonly string[]>> = {
  cfg: ['job', 'hydra', 'all'],
  info: ['all', 'config', 'defaults', 'defaults-tree', 'provenance', 'searchpath'],
  package: ['api', 'wait', 'ssh'],
};

/** Hydra's own short spellings of two letters. */
const shortOfTwo: Readonly<Record<string, string>> = {
  '-cd': 'config-dir',
  '-cp': 'config-path',
  '-cn': 'config-name',
};

/** devbox's own flags, and one for each setting. */
export function flagCandidates(settings: readonly Setting[]): Candidate[] {
  return [
    ...plain(Object.keys(ownFlags), '--'),
    ...settings.flatMap(({ key, description, values }) => {
      const flag = key.replaceAll('_', '-');
      const isSwitch = values.includes('true');
      return isSwitch
        ? [
            { value: `--${flag}`, description },
            { value: `--no-${flag}`, description: `not: ${description}` },
          ]
        : [{ value: `--${flag}`, description }];
    }),
  ];
}

/** What a word is if it is a flag that takes its value from the next one: a flag of devbox, or a key. */
export function awaitsValue(
  word: string | undefined,
  settings: readonly Setting[],
): { readonly flag: string } | { readonly key: string } | undefined {
  if (word === undefined || !word.startsWith('-') || word.includes('=')) return undefined;
  const name = shortOfTwo[word] ?? longName(word);
  const own = Object.hasOwn(ownFlags, name) ? ownFlags[name] : undefined;
  if (own) return own.type === 'string' ? { flag: name } : undefined;
  if (!word.startsWith('--')) return undefined;
  const setting = settings.find(({ key }) => key === name.replaceAll('-', '_'));
  return setting === undefined || setting.values.includes('true') ? undefined : { key: setting.key };
}

function longName(word: string): string {
  if (word.startsWith('--')) return word.slice(2);
  return Object.entries(ownFlags).find(([, { short }]) => short === word.slice(1))?.[0] ?? '';
}
