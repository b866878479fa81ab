import type { Context } from '../base/context.ts';
import { DevboxError } from '../base/errors.ts';
import { type Arguments, type FirstLook, readArguments } from './arguments.ts';
import { type FlagTable, flagsOf, flagsOfAny } from './flag-table.ts';
import { type Chosen, type CommandNames, findCommand, isOverride } from './words.ts';

/**
 * Reads a command line with the flags of its command, which its words name.
 * @throws DevboxError of kind `usage` for a flag that the command does not have, and as `readArguments` does.
 */
export async function readLine(
  argv: readonly string[],
  look: FirstLook,
  commands: CommandNames,
  context: Context,
): Promise<Arguments> {
  if (!look.hasKeyFlags) return { ...look, settings: [] };
  return readArguments(argv, await tableFor(argv, look, commands, context), context.env);
}

async function tableFor(
  argv: readonly string[],
  { words, flags }: FirstLook,
  commands: CommandNames,
  context: Context,
): Promise<FlagTable> {
  const early = namedSoFar(words, commands);
  const known = early && (await commands.command(early.option));
  if (known) return flagsOf(known);
  const { loadCommands } = await import('../commands/table.ts');
  const any = flagsOfAny(await loadCommands());
  const { isMeta } = await import('./meta/table.ts');
  const [first] = words;
  if (first !== undefined && isMeta(first)) return any;
  // More of the words that name the command may follow the flags.
  const among = wordsAmong(argv, any, context) ?? words;
  const chosen = flags.help ? undefined : findCommand(among, commands);
  const command = chosen && (await commands.command(chosen.option));
  return command ? flagsOf(command) : any;
}

/** The command that the words in front of the flags name, unless words after them could name another one. */
function namedSoFar(words: readonly string[], commands: CommandNames): Chosen | undefined {
  const plain = words.filter((word) => !isOverride(word));
  const isNamed = words.some((word) => word.startsWith('command='));
  if (!isNamed && plain.length === 0) return undefined;
  let chosen: Chosen | undefined;
  try {
    chosen = findCommand(words, commands);
  } catch {
    return undefined;
  }
  if (chosen === undefined || isNamed || plain.length > chosen.used) return chosen;
  const longer = `${chosen.option}_`;
  return commands.options().some((option) => option.startsWith(longer)) ? undefined : chosen;
}

/** The words, as far as they can be told from values; undefined where some flag is wrong, for any command. */
function wordsAmong(
  argv: readonly string[],
  any: FlagTable,
  context: Context,
): readonly string[] | undefined {
  try {
    return readArguments(argv, forWordsOnly(any), context.env).words;
  } catch (error) {
    if (error instanceof DevboxError) return undefined;
    throw error;
  }
}

/** A table by which nothing is wrong with any value, because only the words matter. */
function forWordsOnly(table: FlagTable): FlagTable {
  return {
    ...table,
    find(name) {
      const meaning = table.find(name);
      return meaning && meaning.reading !== 'switch' ? { ...meaning, reading: 'list' } : meaning;
    },
  };
}
