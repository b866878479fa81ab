import * as z from 'zod/mini';
import type { Context } from '../../base/context.ts';
import type { Command, FlagSpelling } from '../../commands/command.ts';
import { type Kind, kindOf } from '../../commands/shape.ts';
import { loadCommands } from '../../commands/table.ts';
import { type Composition, listGroups, type PlainValue } from '../../compose/index.ts';
import { type ConfigSource, composeConfig } from '../../config/compose.ts';
import { spelled } from '../spelled.ts';
import { membersOf } from './families.ts';
import { blankPage, type Entry, paragraph, section, widthOf } from './layout.ts';

/** What is known of a command that help explains. */
export interface Topic {
  /** The option of the group `command`. */
  readonly option: string;
  readonly command: Command;
  readonly composition: Composition;
}

/** Explains one command, or a preset of it. */
export async function commandHelp(topic: Topic, source: ConfigSource, context: Context): Promise<string> {
  const { option, command, composition } = topic;
  const columns = widthOf(context);
  const words = command.positionals.map((key) => ` ${asWord(key, topic)}`).join('');
  const rest = command.rest === undefined ? '' : ' -- COMMAND [ARGUMENT ...]';
  const names = otherNames(command, source, context).filter((name) => name !== option);
  const page = blankPage(columns);
  const group = 'Settings (--max-retries 5 and max_retries=5 are the same):';
  for (const [key, value] of Object.entries(composition.config)) {
    if (!Object.hasOwn(command.shape, key)) continue;
    page.option(key.replaceAll('_', '-'), {
      alias: spellingsOf(key, command),
      describe: describe(command, key),
      defaultDescription: defaultText(value, composition),
      group,
    });
  }
  for (const [flag, key] of deeperFlags(command))
    page.option(flag, { describe: `the same as ${key}=`, group });
  const flags = await page.getHelp();
  const more = membersOf(option, await loadCommands());
  return [
    ...paragraph(`${spelled(option)}: ${command.summary}`, columns, 0),
    '',
    ...paragraph(`devbox command=${option} [key=value ...]${rest}`, columns),
    ...paragraph(`devbox ${spelled(option)}${words} [key=value ...]${rest}`, columns),
    ...(names.length === 0
      ? []
      : ['', ...paragraph(`Other names: ${names.map(spelled).join(', ')}`, columns)]),
    '',
    ...(flags === '' ? [] : [flags, '']),
    'Examples:',
    ...command.examples.flatMap((example) => paragraph(`  ${example}`, columns, 4)),
    '',
    ...(more.length === 0 ? [] : [...familyHelp(option, more, columns), '']),
    ...paragraph(
      `The groups api, wait, ssh and leases belong to every command: devbox --cfg job command=${option}`,
      columns,
      0,
    ),
  ].join('\n');
}

/** A positional as usage lines write it: in brackets where it may be left out, with dots where it may be repeated. */
function asWord(key: string, { command, composition }: Topic): string {
  const schema = command.shape[key];
  const name = `${key.toUpperCase()}${schema && kindOf(schema) === 'list' ? ' ...' : ''}`;
  return composition.config[key] === '???' ? name : `[${name}]`;
}

/** The commands that begin with a word. */
export function familyHelp(
  family: string,
  members: readonly Pick<Command, 'name' | 'summary'>[],
  columns: number,
): string[] {
  const entries = members.map(({ name, summary }): Entry => [spelled(name), summary]);
  return section(`Commands that begin with ${spelled(family)}:`, entries, columns);
}

/** The other options of devbox's own that stand for a command, and set nothing of it. */
function otherNames({ name: command, shape }: Command, source: ConfigSource, context: Context): string[] {
  const settings = (option: string): string => {
    const { config } = composeConfig(source, [`command=${option}`], context);
    return JSON.stringify(['command', ...Object.keys(shape)].map((key) => config[key]));
  };
  const ours = settings(command);
  const own = listGroups(source.trees.filter(({ label }) => label === 'built-in'));
  const options = own.find(({ group }) => group === 'command')?.options ?? [];
  return options.map(({ name }) => name).filter((name) => name !== command && settings(name) === ours);
}

const keyOf = (spelling: FlagSpelling): string => (typeof spelling === 'string' ? spelling : spelling.key);

/** The flags for what lies inside a setting or a group, such as `cloud_init.file`, and its path. */
function deeperFlags({ flags = {} }: Command): [flag: string, key: string][] {
  return Object.entries(flags).flatMap(([flag, spelling]): [string, string][] =>
    keyOf(spelling).includes('.') ? [[flag, keyOf(spelling)]] : [],
  );
}

function spellingsOf(key: string, { flags = {} }: Command): string[] {
  return Object.entries(flags)
    .filter(([name, spelling]) => keyOf(spelling) === key && name !== key.replaceAll('_', '-'))
    .map(([name]) => name);
}

const howGiven: Partial<Readonly<Record<Kind, string>>> = {
  list: ' (A,B; may be repeated)',
  pair: ' (NAME=VALUE; may be repeated)',
};

function describe(command: Command, key: string): string {
  const schema = command.shape[key];
  if (schema === undefined) return '';
  return `${z.globalRegistry.get(schema)?.description ?? ''}${howGiven[kindOf(schema)] ?? ''}`;
}

function defaultText(value: PlainValue, composition: Composition): string {
  if (value === '???') return 'none, it is needed';
  const other = typeof value === 'string' ? /^\$\{oc\.select:([\w.]+),/.exec(value)?.[1] : undefined;
  if (other !== undefined) return variableAt(other, composition) ?? other;
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value);
}

/** The variable of the environment that a setting is read from, if it is. */
function variableAt(key: string, composition: Composition): string | undefined {
  const text = composition.originOf(key)?.text;
  return /^\$\{oc\.env:(\w+),null\}$/.exec(text ?? '')?.[1];
}
