import { DevboxError } from '../base/errors.ts';
import { nearest } from '../base/text.ts';
import { metaWords } from './meta/table.ts';
import { firstWords, optionsUnder, spelled } from './spelled.ts';
import type { CommandNames, TakesWords } from './words.ts';

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

/** Words that name no command. */
export function unknownCommand(words: readonly string[], commands: CommandNames): DevboxError {
  const options = [...commands.options(), ...metaWords];
  const [word = ''] = words;
  // Words such as `auth`, that only begin commands.
  const group = optionsUnder(word.replaceAll('-', '_'), options);
  const typed = group.length > 0 ? words.slice(0, 2).join(' ') : word;
  const synonym = Object.hasOwn(synonyms, word) ? synonyms[word] : undefined;
  const near = synonym ?? nearest(typed.replaceAll(' ', '_'), group.length > 0 ? group : options);
  const isHalf = group.length > 0 && words.length === 1;
  return new DevboxError('usage', `${typed}${isHalf ? ' alone' : ''} is no command of devbox`, {
    code: 'usage/command-unknown',
    title: 'Usage Error',
    details: [
      { label: 'Commands', value: (group.length > 0 ? group.map(spelled) : firstWords(options)).join(', ') },
    ],
    hint: isHalf
      ? `devbox help ${word} explains them.`
      : near
        ? `Did you mean devbox ${spelled(near)}?`
        : 'devbox --help shows what there is.',
  });
}

/** A word for which a command has no positional. */
export function wordTooMany(
  word: string,
  option: string,
  command: TakesWords | undefined,
  commands: CommandNames,
): DevboxError {
  const group = optionsUnder(option, commands.options());
  const keys = command?.positionals ?? [];
  const takes =
    keys.length === 0 ? 'takes no words' : `takes ${keys.map((key) => key.toUpperCase()).join(' ')}`;
  const next = group.map((name) => name.slice(option.length + 1).split('_', 1)[0] ?? '');
  return new DevboxError('usage', `${word}: ${spelled(option)} ${takes}; settings are written key=value`, {
    code: 'usage/word-unexpected',
    title: 'Usage Error',
    details:
      group.length === 0 ? [] : [{ label: `After ${spelled(option)}`, value: [...new Set(next)].join(', ') }],
    hint: `${likelyMeant(word, option, command, group)}devbox help ${option} shows its settings.`,
  });
}

function likelyMeant(
  word: string,
  option: string,
  command: TakesWords | undefined,
  group: readonly string[],
): string {
  if (command?.rest !== undefined)
    return `Put the command after --, as in devbox ${option} NAME -- ${word}. `;
  const longer = nearest(`${option}_${word}`, group) ?? optionsUnder(`${option}_${word}`, group)[0];
  if (longer !== undefined) return `Did you mean devbox ${spelled(longer)}? `;
  return command && Object.hasOwn(command.shape, 'instance_name')
    ? `For the name: instance_name=${word}. `
    : '';
}
