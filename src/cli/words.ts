import { DevboxError } from '../base/errors.ts';
import { nearest } from '../base/text.ts';

/** What the words need to know of the commands. */
export interface CommandNames {
  /** Keys that a command takes as words, in order; undefined for no such command. */
  positionals(command: string): Promise<readonly string[] | undefined>;
  /** Whether the search path has this option of the group `command`. */
  hasOption(option: string): boolean;
  /** All options, for suggestions. */
  options(): readonly string[];
}

/** Other spellings of keys. */
const aliases: Readonly<Record<string, string>> = { name: 'instance_name' };

/**
 * Turns the words of a command line into overrides. Both spellings come out alike: `up gh200 max_retries=50` and
 * `command=up_gh200 max_retries=50`; hyphens in command names are underscores; positionals become `key=value`.
 * @throws DevboxError of kind `usage` for an unknown command or a word too many.
 */
export async function toOverrides(words: readonly string[], commands: CommandNames): Promise<string[]> {
  const plain = words.filter((word) => !isOverride(word));
  const overrides = words.filter(isOverride).map((word) => canonical(word, commands));
  const [first, second] = plain;
  if (first === undefined) return overrides;

  const named = overrides.find((word) => word.startsWith('command='))?.slice('command='.length);
  const chosen = named === undefined ? chooseCommand(first, second, commands) : { option: named, used: 0 };
  if (!chosen) throw unknownCommand(first, commands);
  const values = plain.slice(chosen.used);
  const keys = values.length === 0 ? [] : await positionalsOf(chosen.option, commands);
  if (values.length > keys.length) throw wordTooMany(values[keys.length] ?? '', chosen.option, keys);
  return [
    ...(named === undefined ? [`command=${chosen.option}`] : []),
    ...values.map((value, index) => `${keys[index]}=${quoteValue(value)}`),
    ...overrides,
  ];
}

/** Whether a word has the form of an override rather than of a command or a name. */
export function isOverride(word: string): boolean {
  return word.includes('=') || word.startsWith('~') || word.startsWith('+');
}

function canonical(word: string, commands: CommandNames): string {
  const [, sign = '', key = '', value = ''] = /^(\+{0,2})([^=]*)=?(.*)$/s.exec(word) ?? [];
  if (key === 'command' && sign === '') return `command=${canonicalOption(value, commands)}`;
  const alias = Object.hasOwn(aliases, key) ? aliases[key] : undefined;
  return alias === undefined || !word.includes('=') ? word : `${sign}${alias}=${value}`;
}

function canonicalOption(option: string, commands: CommandNames): string {
  return option.includes('-') && !commands.hasOption(option) ? option.replaceAll('-', '_') : option;
}

function chooseCommand(
  first: string,
  second: string | undefined,
  commands: CommandNames,
): { option: string; used: number } | undefined {
  if (second !== undefined) {
    const both = canonicalOption(`${first}_${second}`, commands);
    if (commands.hasOption(both)) return { option: both, used: 2 };
  }
  const one = canonicalOption(first, commands);
  return commands.hasOption(one) ? { option: one, used: 1 } : undefined;
}

/** Positionals of the command behind an option: its own, or of what it starts with (`up` of `up_gh200`). */
async function positionalsOf(option: string, commands: CommandNames): Promise<readonly string[]> {
  for (let name = option; name !== ''; name = name.slice(0, Math.max(0, name.lastIndexOf('_')))) {
    const keys = await commands.positionals(name);
    if (keys) return keys;
  }
  return [];
}

/** A word as the value of an override, quoted where the grammar would read it as something else. */
export function quoteValue(value: string): string {
  if (/^[\w./:@%-]+$/.test(value) && !/^(null|true|false)$/i.test(value)) return value;
  return `'${value.replace(/(\\*)'/g, "$1$1\\'").replace(/(\\+)$/, '$1$1')}'`;
}

function unknownCommand(word: string, commands: CommandNames): DevboxError {
  const options = commands.options();
  const near = nearest(word, options);
  return new DevboxError('usage', `${word} is no command of devbox`, {
    code: 'usage/command-unknown',
    title: 'Usage Error',
    details: [{ label: 'Commands', value: options.join(', ') }],
    hint: near ? `Did you mean devbox ${near}?` : 'devbox --help shows what there is.',
  });
}

function wordTooMany(word: string, command: string, keys: readonly string[]): DevboxError {
  const takes =
    keys.length === 0 ? 'takes no words' : `takes ${keys.map((key) => key.toUpperCase()).join(' ')}`;
  return new DevboxError('usage', `${word}: ${command} ${takes}; settings are written key=value`, {
    code: 'usage/word-unexpected',
    title: 'Usage Error',
    hint: `devbox help ${command} shows its settings.`,
  });
}
