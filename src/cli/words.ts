import { nearest } from '../base/text.ts';
import { kindOf, knownValues, takesOneItem } from '../commands/shape.ts';
import { type HasFlags, isCommonKey, nameKeyOf } from './flag-table.ts';
import { quoteValue } from './flag-value.ts';
import { unknownCommand, wordTooMany } from './word-errors.ts';

/** What the words need to know of the commands. */
export interface CommandNames {
  /** What the command behind an option takes; undefined where there is none. */
  command(option: string): Promise<TakesWords | undefined>;
  /** Whether the search path has this option of the group `command`. */
  hasOption(option: string): boolean;
  /** Whether the search path has this group. */
  hasGroup(group: string): boolean;
  /** All options, for suggestions. */
  options(): readonly string[];
}

/** The part of a command that its words depend on. */
export interface TakesWords extends HasFlags {
  /** Keys that it takes as words, in order. A list as the last one takes all that are left. */
  readonly positionals: readonly string[];
  /** The key that takes the words after `--`. */
  readonly rest?: string;
}

/** The option of the group `command` that a command line means. */
export interface Chosen {
  readonly option: string;
  /** How many of the plain words name it; none where `command=NAME` does. */
  readonly used: number;
}

/**
 * Finds the command among the words: what `command=NAME` says, else the longest option that one to three leading plain
 * words name. Hyphens are underscores. Undefined where there is neither.
 * @throws DevboxError of kind `usage` for words that name no command.
 */
export function findCommand(words: readonly string[], commands: CommandNames): Chosen | undefined {
  const named = words.find((word) => word.startsWith('command='));
  if (named !== undefined) {
    return { option: canonicalOption(named.slice('command='.length), commands), used: 0 };
  }
  const plain = words.filter((word) => !isOverride(word));
  if (plain.length === 0) return undefined;
  const chosen = chooseCommand(plain, commands);
  if (chosen) return chosen;
  throw unknownCommand(plain, commands);
}

/**
 * Turns the words of a command line, and what its flags set, into overrides. Both spellings come out alike:
 * `up gh200 max_retries=50` and `command=up_gh200 max_retries=50`.
 *
 * Plain words are the command's positionals, in order. While there are more positionals than plain words, a word with a
 * `=` is one too, unless its key is one that the command or the configuration knows: `cp a=b.txt BOX:/tmp` copies a file.
 * @throws DevboxError of kind `usage` for an unknown command or a word too many.
 */
export async function toOverrides(
  words: readonly string[],
  settings: readonly string[],
  commands: CommandNames,
): Promise<string[]> {
  const chosen = findCommand(words, commands);
  const after = withoutCommand(words, chosen?.used ?? 0);
  const asksCommand = after.some((word) => !isOverride(word) || !isCommonKey(topKey(word)));
  const command = chosen && asksCommand ? await commands.command(chosen.option) : undefined;

  const isSetting = (word: string): boolean => isOverride(word) && isKnown(word, command, commands);
  const named = after.filter(isSetting).map((word) => canonical(word, command, commands));
  const given = new Set([...named, ...settings].map(topKey));
  const keys = command?.positionals.filter((key) => !given.has(key)) ?? [];
  const takesAll = isList(keys.at(-1), command);
  // None of the words of a choice has a = in it.
  const takers = keys.filter((key) => !isChoice(key, command)).length;
  let free = takesAll ? Number.POSITIVE_INFINITY : takers - after.filter((word) => !isOverride(word)).length;
  // A list would take every misspelled setting, too.
  const isTypo = (word: string): boolean =>
    takesAll && nearest(topKey(word), Object.keys(command?.shape ?? {})) !== undefined;
  const isValue = after.map((word) => !isOverride(word) || (!isSetting(word) && !isTypo(word) && free-- > 0));
  const values = after.filter((_, index) => isValue[index]);
  const extra = takesAll ? undefined : values[keys.length];
  if (extra !== undefined) throw wordTooMany(extra, chosen?.option ?? '', command, commands);
  return [
    ...(chosen && chosen.used > 0 ? [`command=${chosen.option}`] : []),
    ...asPositionals(values, keys, command),
    ...after.filter((_, index) => !isValue[index]).map((word) => canonical(word, command, commands)),
    ...settings,
  ];
}

/** The words less the plain ones that name the command. */
function withoutCommand(words: readonly string[], used: number): string[] {
  let left = used;
  return words.filter((word) => isOverride(word) || left-- <= 0);
}

function isKnown(word: string, command: TakesWords | undefined, commands: CommandNames): boolean {
  const key = topKey(word);
  if (/^\+{1,2}[A-Za-z_]/.test(word) || isCommonKey(key) || commands.hasGroup(key)) return true;
  return (
    command !== undefined &&
    (Object.hasOwn(command.shape, key) || (key === 'name' && nameKeyOf(command.shape) !== undefined))
  );
}

/** `a` of `a.b=c` and of `+a/b@c=d`. */
function topKey(word: string): string {
  return /^[+~]*([^.=/@]*)/.exec(word)?.[1] ?? '';
}

function isList(key: string | undefined, command: TakesWords | undefined): boolean {
  const schema = key === undefined ? undefined : command?.shape[key];
  return schema !== undefined && kindOf(schema) === 'list';
}

function isChoice(key: string, command: TakesWords | undefined): boolean {
  const schema = command?.shape[key];
  return schema !== undefined && knownValues(schema).length > 0;
}

function asPositionals(
  values: readonly string[],
  keys: readonly string[],
  command: TakesWords | undefined,
): string[] {
  const last = keys.at(-1);
  const schema = isList(last, command) && last !== undefined ? command?.shape[last] : undefined;
  const alone = schema === undefined ? values.length : keys.length - 1;
  const items = values.slice(alone).map(quoteValue);
  const isOne = items.length === 1 && schema !== undefined && takesOneItem(schema);
  return [
    ...values.slice(0, alone).map((value, index) => `${keys[index]}=${quoteValue(value)}`),
    ...(items.length > 0 ? [`${last}=${isOne ? items[0] : `[${items.join(',')}]`}`] : []),
  ];
}

function canonical(word: string, command: TakesWords | undefined, commands: CommandNames): string {
  if (word.startsWith('command='))
    return `command=${canonicalOption(word.slice('command='.length), commands)}`;
  const nameKey = command ? nameKeyOf(command.shape) : 'instance_name';
  return nameKey === undefined ? word : word.replace(/^(\+{0,2})name=/, `$1${nameKey}=`);
}

/** Whether a word has the form of an override rather than of a command or a name. */
export function isOverride(word: string): boolean {
  return word.includes('=') || word.startsWith('~') || word.startsWith('+');
}

function canonicalOption(option: string, commands: Pick<CommandNames, 'hasOption'>): string {
  return option.includes('-') && !commands.hasOption(option) ? option.replaceAll('-', '_') : option;
}

/** The longest option that the first one to three words name, and how many words these are. */
export function chooseCommand(
  words: readonly string[],
  commands: Pick<CommandNames, 'hasOption'>,
): Chosen | undefined {
  for (let used = Math.min(3, words.length); used > 0; used--) {
    const option = canonicalOption(words.slice(0, used).join('_'), commands);
    if (commands.hasOption(option)) return { option, used };
  }
  return undefined;
}
