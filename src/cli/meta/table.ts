import type { MetaCommand } from './meta.ts';

/** The commands about devbox itself, by the word that calls them. */
const loaders: Readonly<Record<string, () => Promise<MetaCommand>>> = {
  help: async () => (await import('../help/index.ts')).help,
  schema: async () => (await import('./schema.ts')).schema,
  doctor: async () => (await import('../doctor/index.ts')).doctor,
  config: async () => (await import('./config.ts')).config,
  completion: async () => (await import('./completion.ts')).completion,
  rerun: async () => (await import('./rerun.ts')).rerun,
  trust: async () => (await import('./trust.ts')).trust,
  version: async () => (await import('./version.ts')).version,
};

/** The words that call one, in the order in which help lists them. */
export const metaWords: readonly string[] = Object.keys(loaders);

/** Whether a word calls one. */
export function isMeta(word: string): boolean {
  return Object.hasOwn(loaders, word);
}

/** The meta command that a word calls, or undefined. */
export async function loadMeta(word: string): Promise<MetaCommand | undefined> {
  return isMeta(word) ? loaders[word]?.() : undefined;
}

/** All of them with their words, in the order in which help lists them. */
export async function loadMetas(): Promise<[string, MetaCommand][]> {
  return Promise.all(
    Object.entries(loaders).map(async ([word, load]): Promise<[string, MetaCommand]> => [word, await load()]),
  );
}
