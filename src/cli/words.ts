import { DevboxError } from '../base/errors.ts';
import { nearest } from '../base/text.ts';

/** What the words need to know of the commands. */
export interface CommandNames {
  /** What a command takes; undefined for no such command. */
  command(name: string): Promise<TakesWords | undefined>;
  /** Whether the search path has this option of the group `command`. */
  hasOption(option: string): boolean;
  /** All options, for suggestions. */
  options(): readonly string[];
}

/** The part of a command that its words depend on. */
export interface TakesWords {
  /** Keys that it takes as words, in order. */
  readonly positionals: readonly string[];
  /** The key that takes the words after `--`. */
  readonly rest?: string;
  readonly shape: Readonly<Record<string, unknown>>;
}

/**
 * Turns the words of a command line into overrides. Both spellings come out alike: `up gh200 max_retries=50` and
 * `command=up_gh200 max_retries=50`; hyphens in command names are underscores; positionals become `key=value`.
 * @throws DevboxError of kind `usage` for an unknown command or a word too many.
 */
export async function toOverrides(words: readonly string[], commands: CommandNames): Promise<string[]> {
  const plain = words.filter((word) => !isOverride(word));
  const given = words.filter(isOverride).map((word) => canonicalCommand(word, commands));
  const named = given.find((word) => word.startsWith('command='))?.slice('command='.length);
  const [first, second] = plain;
  const chosen =
    named !== undefined || first === undefined
      ? { option: named ?? '', used: 0 }
      : chooseCommand(first, second, commands);
  if (!chosen) throw unknownCommand(first ?? '', commands);
  const values = plain.slice(chosen.used);
  const isAliased = given.some((word) => nameAlias.test(word));
  const command = values.length > 0 || isAliased ? await commandBehind(chosen.option, commands) : undefined;
  const keys = command?.positionals ?? [];
  const extra = values[keys.length];
  if (extra !== undefined) throw wordTooMany(extra, chosen.option, command, commands);
  return [
    ...(named === undefined && first !== undefined ? [`command=${chosen.option}`] : []),
    ...values.map((value, index) => `${keys[index]}=${quoteValue(value)}`),
    ...(isAliased ? given.map((word) => word.replace(nameAlias, `$1${nameKey(command)}=`)) : given),
  ];
}

/** `name` stands for the name of the box, whichever key that is for a command. */
const nameAlias = /^(\+{0,2})name=/;

function nameKey(command: TakesWords | undefined): string {
  return command && Object.hasOwn(command.shape, 'instance_identifier')
    ? 'instance_identifier'
    : 'instance_name';
}

/** Whether a word has the form of an override rather than of a command or a name. */
export function isOverride(word: string): boolean {
  return word.includes('=') || word.startsWith('~') || word.startsWith('+');
}

function canonicalCommand(word: string, commands: CommandNames): string {
  if (!word.startsWith('command=')) return word;
  return `command=${canonicalOption(word.slice('command='.length), commands)}`;
}

function canonicalOption(option: string, commands: Pick<CommandNames, 'hasOption'>): string {
  return option.includes('-') && !commands.hasOption(option) ? option.replaceAll('-', '_') : option;
}

/** The option that the first words of a command line name, and how many words these are. */
export function chooseCommand(
  first: string,
  second: string | undefined,
  commands: Pick<CommandNames, 'hasOption'>,
): { option: string; used: number } | undefined {
  if (second !== undefined) {
    const both = canonicalOption(`${first}_${second}`, commands);
    if (commands.hasOption(both)) return { option: both, used: 2 };
  }
  const one = canonicalOption(first, commands);
  return commands.hasOption(one) ? { option: one, used: 1 } : undefined;
}

/** The command behind an option: of its own name, or of what that starts with (`up` of `up_gh200`). */
async function commandBehind(option: string, commands: CommandNames): Promise<TakesWords | undefined> {
  for (let name = option; name !== ''; name = name.slice(0, Math.max(0, name.lastIndexOf('_')))) {
    const command = await commands.command(name);
    if (command) return command;
  }
  return undefined;
}

/** A word as the value of an override, quoted where the grammar would read it as something else. */
export function quoteValue(value: string): string {
  if (/^[\w./:@%-]+$/.test(value) && !/^(null|true|false)$/i.test(value)) return value;
  return `'${value.replace(/(\\*)'/g, "$1$1\\'").replace(/(\\+)$/, '$1$1')}'`;
}

/** What other tools call our commands. */
const synonyms: Readonly<Record<string, string>> = {
  ls: 'list',
  ps: 'list',
  status: 'list',
  rm: 'down',
  stop: 'down',
  delete: 'down',
  terminate: 'down',
  start: 'up',
  launch: 'up',
  create: 'up',
  run: 'exec',
};

function unknownCommand(word: string, commands: CommandNames): DevboxError {
  const options = commands.options();
  const near = Object.hasOwn(synonyms, word) ? synonyms[word] : nearest(word, options);
  return new DevboxError('usage', `${word} is no command of devbox`, {
    code: 'usage/command-unknown',
    title: 'Usage Error',
    details: [{ label: 'Commands', value: options.join(', ') }],
    hint: near ? `Did you mean devbox ${near}?` : 'devbox --help shows what there is.',
  });
}

function wordTooMany(
  word: string,
  option: string,
  command: TakesWords | undefined,
  commands: CommandNames,
): DevboxError {
  const keys = command?.positionals ?? [];
  const takes =
    keys.length === 0 ? 'takes no words' : `takes ${keys.map((key) => key.toUpperCase()).join(' ')}`;
  return new DevboxError('usage', `${word}: ${option} ${takes}; settings are written key=value`, {
    code: 'usage/word-unexpected',
    title: 'Usage Error',
    hint: `${likelyMeant(word, option, command, commands)}devbox help ${option} shows its settings.`,
  });
}

function likelyMeant(
  word: string,
  option: string,
  command: TakesWords | undefined,
  commands: CommandNames,
): string {
  if (command?.rest !== undefined)
    return `Put the command after --, as in devbox ${option} NAME -- ${word}. `;
  const preset = nearest(
    `${option}_${word}`,
    commands.options().filter((name) => name.startsWith(`${option}_`)),
  );
  if (preset !== undefined) return `Did you mean devbox ${preset.replace('_', ' ')}? `;
  return command && Object.hasOwn(command.shape, 'instance_name')
    ? `For the name: instance_name=${word}. `
    : '';
}
