import type { Context } from '../../base/context.ts';
import { cleanLine } from '../../base/text.ts';
import { type ConfigSource, composeConfig, findConfig } from '../../config/compose.ts';
import { searchPath } from '../../config/search-path.ts';
import { leasesOf } from '../lease-store.ts';
import type { Candidate } from './candidate.ts';
import { complete } from './index.ts';

/**
 * Answers a shell that completes a command line: `__complete SHELL -- WORD...`, the last word being the one at the
 * cursor. Prints one candidate a line, for zsh and fish with a tab and its description; where anything goes wrong,
 * nothing at all.
 */
export async function answer(argv: readonly string[], context: Context): Promise<number> {
  const [shell] = argv;
  const typed = argv.slice(argv.indexOf('--') + 1);
  const words = typed.slice(0, -1);
  const lines = await candidates(words, typed.at(-1) ?? '', context).catch(() => []);
  const text = lines.filter(({ value }) => isPlainWord.test(value)).map((each) => `${lineOf(each, shell)}\n`);
  await new Promise<void>((resolve) => context.stdout.stream.write(text.join(''), () => resolve()));
  return 0;
}

/** Other words would mean something to the shell, and some of ours come from elsewhere. */
const isPlainWord = /^[\w.@:/+~-][\w.@:/+=~,-]*$/;

function lineOf({ value, description }: Candidate, shell: string | undefined): string {
  return shell === 'bash' || !description ? value : `${value}\t${cleanLine(description, 100)}`;
}

async function candidates(words: readonly string[], current: string, context: Context): Promise<Candidate[]> {
  const source = await sourceOf(words, context);
  return complete({ words, current, source, context, boxes: () => boxNames(source, context) });
}

/** Where the configuration is, as far as the words so far say; a broken project leaves what devbox comes with. */
async function sourceOf(words: readonly string[], context: Context): Promise<ConfigSource> {
  const after = (...flags: string[]): string[] =>
    words.flatMap((word, index) => {
      const [flag, value = words[index + 1]] = word.split('=', 2);
      return flag !== undefined && value !== undefined && flags.includes(flag) ? [value] : [];
    });
  const flags = {
    configDirs: after('--config-dir', '-cd'),
    configPath: after('--config-path', '-cp')[0],
    configName: after('--config-name', '-cn')[0] ?? 'config',
  };
  try {
    return await findConfig(flags, context);
  } catch {
    const trees = searchPath({ configDirs: [], configPath: undefined }, undefined, context);
    return { trees, configName: 'config', project: undefined };
  }
}

/** Names of the boxes that devbox has asked for. */
async function boxNames(source: ConfigSource, context: Context): Promise<string[]> {
  const { leases } = await leasesOf(composeConfig(source, [], context), source, context).list();
  return [...new Set(leases.map(({ name }) => name))].sort();
}
