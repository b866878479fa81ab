import type { Context } from '../../base/context.ts';
import type { Command } from '../../commands/command.ts';
import { kindOf } from '../../commands/shape.ts';
import { loadCommand, loadCommands } from '../../commands/table.ts';
import { type GroupListing, listGroups } from '../../compose/index.ts';
import { type ConfigSource, composeConfig } from '../../config/compose.ts';
import { providerNames } from '../../leases/provider-name.ts';
import { isProviderName } from '../../providers/registry.ts';
import { type FlagTable, flagsOf, flagsOfAny } from '../flag-table.ts';
import { loadMeta, loadMetas } from '../meta/table.ts';
import { firstWords, nextWords, spelled } from '../spelled.ts';
import { chooseCommand, isOverride } from '../words.ts';
import { type Candidate, plain } from './candidate.ts';
import { awaitsValue, flagCandidates, flagValues } from './flags.ts';
import { asWord, type Setting, settingsOf } from './settings.ts';

/** A command line up to the cursor, and what completing it may look at. */
export interface Question {
  /** The words before the one at the cursor, flags of the configuration path taken out. */
  readonly words: readonly string[];
  /** The word at the cursor as far as it is typed; empty between words. */
  readonly current: string;
  readonly source: ConfigSource;
  readonly context: Context;
  /** Names of the boxes that devbox knows without asking anybody. */
  readonly boxes: () => Promise<readonly string[]>;
}

/** What can stand at the cursor. Asks no provider. */
export async function complete(question: Question): Promise<Candidate[]> {
  const { words, current } = question;
  if (words.includes('--')) return [];
  const matches = ({ value }: Candidate): boolean => value.startsWith(current) && value !== current;
  return (await candidates(question)).filter(matches);
}

async function candidates(question: Question): Promise<Candidate[]> {
  const { words, current, source, context } = question;
  const bare = await bareOf(words);
  const [first] = bare;
  const meta = first === undefined ? undefined : await loadMeta(first);
  if (meta) return plain((await meta.complete?.({ words: bare.slice(1), source, context })) ?? []);

  const line = await understand(question, bare);
  const previous = words.at(-1);
  const awaited = awaitsValue(previous, line.flags);
  if (awaited) {
    return plain(
      'flag' in awaited ? (flagValues[awaited.flag] ?? []) : await valuesOf(awaited.key, line, question),
    );
  }
  if (current.startsWith('-')) {
    const [, dashes = '', name = ''] = /^(--)([\w-]+)=/.exec(current) ?? [];
    return name === ''
      ? flagCandidates(line.settings, line.flags)
      : plain(await valuesOf(line.flags.find(name)?.key ?? name, line, question), `${dashes}${name}=`);
  }
  const [, key] = /^[+~]*([^=]*)=/.exec(current) ?? [];
  const sign = /^[+~]*/.exec(current)?.[0] ?? '';
  if (key !== undefined) return plain(await valuesOf(key, line, question), `${sign}${key}=`);
  return [...(sign === '' ? await bareWords(line, bare, question) : []), ...keys(line, sign, bare, question)];
}

/** The words that are neither overrides nor flags nor what follows a flag. */
async function bareOf(words: readonly string[]): Promise<string[]> {
  const hasFlags = words.some((word) => word.startsWith('-'));
  const table = flagsOfAny(hasFlags ? await loadCommands() : []);
  return words.filter(
    (word, index) => !isOverride(word) && !word.startsWith('-') && !awaitsValue(words[index - 1], table),
  );
}

/** What is known of the command line. */
interface Line {
  readonly groups: readonly GroupListing[];
  /** The option of the group `command`, and how many bare words name it. */
  readonly chosen: { readonly option: string; readonly used: number } | undefined;
  readonly command: Command | undefined;
  readonly settings: readonly Setting[];
  readonly flags: FlagTable;
}

async function understand({ words, source, context }: Question, bare: readonly string[]): Promise<Line> {
  const groups = listGroups(source.trees);
  const options = new Set(optionsOf('command', groups));
  const named = valueIn(words, 'command');
  const chosen =
    named !== undefined
      ? { option: named, used: 0 }
      : bare.length === 0
        ? undefined
        : chooseCommand(bare, { hasOption: (option) => options.has(option) });
  const api = valueIn(words, 'api');
  const config = attempt(
    () =>
      composeConfig(
        source,
        [...(chosen ? [`command=${chosen.option}`] : []), ...(api === undefined ? [] : [`api=${api}`])],
        context,
      ).config,
  );
  const name = config?.['command'];
  const command = typeof name === 'string' ? await loadCommand(name) : undefined;
  const provider: unknown = Object(config?.['api']).provider;
  const providers = isProviderName(provider) ? [provider] : providerNames;
  const commands = command ? [command] : await loadCommands();
  return {
    groups,
    chosen,
    command,
    settings: settingsOf(commands, providers),
    flags: command ? flagsOf(command) : flagsOfAny(commands),
  };
}

function attempt<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch {
    return undefined;
  }
}

function valueIn(words: readonly string[], key: string): string | undefined {
  return words.findLast((word) => word.startsWith(`${key}=`))?.slice(key.length + 1);
}

function optionsOf(group: string, groups: readonly GroupListing[]): string[] {
  return groups.find((each) => each.group === group)?.options.map(({ name }) => name) ?? [];
}

async function valuesOf(key: string, line: Line, { boxes }: Question): Promise<readonly string[]> {
  const options = optionsOf(key, line.groups);
  if (options.length > 0) return options;
  const isBox = key === 'instance_identifier' || (key === 'name' && takesBox(line.command));
  return isBox ? boxes() : (line.settings.find((setting) => setting.key === key)?.values ?? []);
}

const takesBox = (command: Command | undefined): boolean =>
  command !== undefined && Object.hasOwn(command.shape, 'instance_identifier');

/** Words that are no override: a command, its second and third word, what it takes as words. */
async function bareWords(line: Line, bare: readonly string[], question: Question): Promise<Candidate[]> {
  const { chosen, command, groups } = line;
  const options = optionsOf('command', groups);
  if (bare.length === 0 && chosen === undefined) return firstCandidates(options, question.current);
  const next = nextWords(bare, options);
  const index = bare.length - (chosen?.used ?? 0);
  const key = command?.positionals[index] ?? lastList(command);
  return plain([...next, ...(key === undefined ? [] : await valuesOf(key, line, question))]);
}

/** The first words of commands, and whole names for those who type underscores. */
async function firstCandidates(options: readonly string[], current: string): Promise<Candidate[]> {
  const summaries = new Map((await loadCommands()).map(({ name, summary }) => [spelled(name), summary]));
  const metas = (await loadMetas()).map(([value, { summary }]) => ({ value, description: summary }));
  const names = [...firstWords(options), ...(current.includes('_') ? options : [])];
  return [
    ...[...new Set(names)].map((value) => ({ value, description: summaries.get(spelled(value)) })),
    ...metas,
  ];
}

/** The last positional of a command, if it takes all the words that are left. */
function lastList(command: Command | undefined): string | undefined {
  const key = command?.positionals.at(-1);
  const schema = key === undefined ? undefined : command?.shape[key];
  return schema !== undefined && kindOf(schema) === 'list' ? key : undefined;
}

/**
 * Keys that are not given yet. Those inside a group only where its name is begun, for there are many; before there is
 * a command, none but groups, and none that would read like a command.
 */
function keys(line: Line, sign: string, bare: readonly string[], { words, current }: Question): Candidate[] {
  const { groups, settings, chosen, command } = line;
  const asWords = command?.positionals.slice(0, bare.length - (chosen?.used ?? 0)) ?? [];
  const given = new Set([...asWords, ...words.map((word) => /^[+~]*([^=]+)=/.exec(word)?.[1])]);
  const isBegun = current.length > sign.length;
  const commands = new Set(chosen ? [] : optionsOf('command', groups));
  const choices = groups.filter(
    ({ group }) =>
      !group.includes('/') && !given.has(group) && !commands.has(group) && !(chosen && group === 'command'),
  );
  return [
    ...choices.map(({ group, options }) => ({
      value: `${sign}${group}=`,
      description: options.map(({ name }) => name).join(', '),
    })),
    ...settings
      .filter(({ key }) => !given.has(key) && (isBegun || (chosen !== undefined && !key.includes('.'))))
      .map((setting) => asWord(setting, sign)),
  ];
}
