import type { Context } from '../../base/context.ts';
import { DevboxError } from '../../base/errors.ts';
import { nearest } from '../../base/text.ts';
import { loadCommands } from '../../commands/table.ts';
import { type ConfigSource, composeConfig } from '../../config/compose.ts';
import { commandNamesIn } from '../command-names.ts';
import type { MetaCommand } from '../meta/meta.ts';
import { loadMeta, metaWords } from '../meta/table.ts';
import { firstWords, nextWords, spelled } from '../spelled.ts';
import { chooseCommand, isOverride } from '../words.ts';
import { commandHelp, familyHelp } from './command.ts';
import { membersOf } from './families.ts';
import { paragraph, widthOf } from './layout.ts';
import { overview } from './overview.ts';

/** Explains devbox, or one of its commands: `devbox help`, `devbox help up`, `devbox up --help`. */
export const help: MetaCommand = {
  summary: 'explain devbox, or one command',
  async run({ words, source, context }) {
    const named = words.find((word) => word.startsWith('command='))?.slice('command='.length);
    const topic = named === undefined ? words.filter((word) => !isOverride(word)) : [named];
    const text = topic.length === 0 ? await overview(source, context) : await helpOn(topic, source, context);
    const trimmed = text.trimEnd();
    return { view: { cards: [], raw: trimmed, json: { help: trimmed }, quiet: [trimmed] } };
  },
  async complete({ words, source, context }) {
    const commands = commandNamesIn(source, context).options();
    return words.length === 0 ? [...firstWords(commands), ...metaWords] : nextWords(words, commands);
  },
};

/** @throws DevboxError of kind `usage` for words that name no command. */
async function helpOn(topic: readonly string[], source: ConfigSource, context: Context): Promise<string> {
  const names = commandNamesIn(source, context);
  const chosen = chooseCommand(topic, names);
  const command = chosen && (await names.command(chosen.option));
  if (chosen && command) {
    const composition = composeConfig(source, [`command=${chosen.option}`], context);
    return commandHelp({ option: chosen.option, command, composition }, source, context);
  }
  const [word = ''] = topic;
  const columns = widthOf(context);
  const meta = await loadMeta(word);
  if (meta) return paragraph(`${word}: ${meta.summary}`, columns, 0).join('\n');
  const family = word.replaceAll('-', '_');
  const members = membersOf(family, await loadCommands());
  if (members.length > 0) return familyHelp(family, members, columns).join('\n');
  throw unknownTopic(topic, [...names.options(), ...metaWords]);
}

function unknownTopic(topic: readonly string[], options: readonly string[]): DevboxError {
  const near = nearest(topic.join('_'), options) ?? nearest(topic[0] ?? '', options);
  return new DevboxError('usage', `there is no command ${topic.join(' ')}`, {
    code: 'usage/command-unknown',
    title: 'Usage Error',
    details: [{ label: 'Commands', value: firstWords(options).join(', ') }],
    hint: near ? `devbox help ${spelled(near)}` : 'devbox --help shows what there is.',
  });
}
