import yargs from 'yargs';
import * as z from 'zod/mini';
import type { Context } from '../../base/context.ts';
import { DevboxError, failures } from '../../base/errors.ts';
import { nearest } from '../../base/text.ts';
import type { Command } from '../../commands/command.ts';
import { loadCommands } from '../../commands/table.ts';
import { listGroups, type PlainValue } from '../../compose/index.ts';
import { type ConfigSource, composeConfig } from '../../config/compose.ts';
import { isOverride } from '../words.ts';
import type { MetaCommand } from './meta.ts';
import { loadMetas } from './table.ts';

/** Explains devbox, or one of its commands: `devbox help`, `devbox help up`, `devbox up --help`. */
export const help: MetaCommand = {
  summary: 'explain devbox, or one command',
  async run({ words, source, context }) {
    const topic = words.find((word) => !isOverride(word));
    const text =
      topic === undefined ? await overview(source, context) : await commandHelp(topic, source, context);
    const trimmed = text.trimEnd();
    return { view: { cards: [], raw: trimmed, json: { help: trimmed }, quiet: [trimmed] } };
  },
  async complete({ words, source }) {
    const commands = listGroups(source.trees).find(({ group }) => group === 'command');
    return words.length > 0 ? [] : (commands?.options.map(({ name }) => name) ?? []);
  },
};

const flagTexts: Readonly<Record<string, string>> = {
  json: 'one JSON document on stdout, errors as JSON on stderr',
  quiet: 'identifiers only (-q)',
  'no-color': 'no colour; the variable NO_COLOR does the same',
  'cfg job': 'print the composed configuration instead of running; hydra: what is known of the run; all (-c)',
  'info all':
    'explain the configuration: provenance (where each value comes from), config, defaults, defaults-tree, searchpath (-i)',
  'package PATH': 'with --cfg or --info config: only this part, such as api (-p)',
  resolve: 'with --cfg or --info: interpolations resolved',
  multirun: 'run every job of the sweeps among the overrides, such as max_retries=1,2 (-m)',
  'config-dir DIR': 'a configuration tree that is looked at first; may be repeated (-cd)',
  'config-path DIR': 'a configuration tree instead of all others (-cp)',
  'config-name NAME': 'another primary configuration than config (-cn)',
  help: 'this text; devbox help COMMAND explains one command (-h)',
  version: 'the version (-V)',
};

async function overview(source: ConfigSource, context: Context): Promise<string> {
  const commands = await loadCommands();
  const columns = width(context);
  const groups = listGroups(source.trees);
  const own = new Set(commands.map(({ name }) => name));
  const presets =
    groups.find(({ group }) => group === 'command')?.options.filter(({ name }) => !own.has(name)) ?? [];
  const page = blank(columns)
    .usage(
      'devbox brings a development box up, reaches it, and takes it down again.\n\ndevbox command=NAME [key=value ...]\ndevbox NAME [WORD ...] [key=value ...] [--flag]',
    )
    .epilogue(
      [
        ...(presets.length > 0
          ? [`Presets: ${presets.map(({ name }) => `command=${name}`).join(', ')}`, '']
          : []),
        'Groups, chosen with GROUP=OPTION:',
        ...groups.map(({ group, options }) => `  ${group}: ${options.map(({ name }) => name).join(', ')}`),
        '',
        'Configuration, changed with key=value:',
        ...indent(composeConfig(source, [], context).toYaml()),
        '',
        'Exit codes:',
        '    0  done',
        ...Object.values(failures).map(({ exit, meaning }) => `${String(exit).padStart(5)}  ${meaning}`),
        '       exec and ssh end with the code of the remote command',
      ].join('\n'),
    );
  for (const { name, summary } of commands) page.command(name, summary);
  for (const [word, { summary }] of await loadMetas()) page.command(word, summary);
  for (const [flag, text] of Object.entries(flagTexts))
    page.option(flag, { describe: text, group: 'Flags:' });
  return page.getHelp();
}

/** @throws DevboxError of kind `usage` for a topic that is no command. */
async function commandHelp(topic: string, source: ConfigSource, context: Context): Promise<string> {
  const commands = await loadCommands();
  const name = topic.replaceAll('-', '_');
  const options = listGroups(source.trees).find(({ group }) => group === 'command')?.options ?? [];
  const file = options.find((option) => option.name === name);
  const composed = file && composeConfig(source, [`command=${name}`], context);
  const command = commands.find((each) => each.name === composed?.config['command']);
  if (!composed || !command)
    throw unknownTopic(
      topic,
      options.map((option) => option.name),
    );
  const own = Object.entries(composed.config).filter(([key]) => Object.hasOwn(command.shape, key));
  const words = command.positionals.map((key) => ` ${key.toUpperCase()}`).join('');
  const rest = command.rest === undefined ? '' : ' -- COMMAND [ARGUMENT ...]';
  const page = blank(width(context))
    .usage(
      `${name}: ${command.summary}\n\ndevbox command=${name} [key=value ...]${rest}\ndevbox ${name.replace('_', ' ')}${words} [key=value ...]${rest}`,
    )
    .epilogue(
      [
        'Examples:',
        ...command.examples.map((example) => `  ${example}`),
        '',
        `The groups api, wait and ssh belong to every command: devbox --cfg job command=${name}`,
      ].join('\n'),
    );
  for (const [key, value] of own)
    page.option(key.replaceAll('_', '-'), {
      describe: describe(command, key),
      defaultDescription: defaultText(value),
      group: 'Settings (--max-retries 5 and max_retries=5 are the same):',
    });
  return page.getHelp();
}

function describe(command: Command, key: string): string {
  const schema = command.shape[key];
  return (schema && z.globalRegistry.get(schema)?.description) ?? '';
}

function defaultText(value: PlainValue): string {
  if (value === '???') return 'none, some providers need it';
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value);
}

function unknownTopic(topic: string, options: readonly string[]): DevboxError {
  const near = nearest(topic, options);
  return new DevboxError('usage', `there is no command ${topic}`, {
    code: 'usage/command-unknown',
    title: 'Usage Error',
    details: [{ label: 'Commands', value: options.join(', ') }],
    hint: near ? `devbox help ${near}` : 'devbox --help shows what there is.',
  });
}

/** yargs as a layouter only: our own flags are read elsewhere, faster. */
function blank(columns: number) {
  return yargs([])
    .scriptName('devbox')
    .help(false)
    .version(false)
    .wrap(columns)
    .parserConfiguration({ 'boolean-negation': false });
}

function width(context: Context): number {
  return context.stdout.isTTY ? Math.min(context.stdout.columns, 110) : 100;
}

function indent(text: string): string[] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => `  ${line}`);
}
