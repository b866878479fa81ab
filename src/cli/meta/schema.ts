import { join } from 'node:path';
import type { Context } from '../../base/context.ts';
import { DevboxError } from '../../base/errors.ts';
import { nearest } from '../../base/text.ts';
import { loadCommands } from '../../commands/table.ts';
import { listGroups, type PlainValue } from '../../compose/index.ts';
import { type ConfigSource, composeConfig } from '../../config/compose.ts';
import {
  type Narrowed,
  type SchemaFacts,
  type SchemaName,
  schemaFor,
  schemaNames,
} from '../../config/json-schema/index.ts';
import type { MetaCommand } from './meta.ts';

/**
 * Prints a JSON Schema for editors: of the whole configuration, of the files of a group, or of those that start with
 * one option: `devbox schema`, `devbox schema api`, `devbox schema command/up_gh200`.
 */
export const schema: MetaCommand = {
  summary: 'a JSON Schema for editors: of all, of a GROUP, of GROUP/OPTION',
  async run({ words: [topic = 'config', ...more], source, context }) {
    const slash = topic.indexOf('/');
    const name = slash < 0 ? topic : topic.slice(0, slash);
    if (!isSchemaName(name) || more.length > 0) throw unknownTopic([topic, ...more].join(' '));
    const option = slash < 0 ? undefined : topic.slice(slash + 1);
    const made =
      option === undefined
        ? schemaFor(name, await shippedFacts(source, context))
        : await optionSchema(name, option, source, context);
    const text = JSON.stringify(made, null, 2);
    return { view: { cards: [], raw: text, json: made, quiet: [text] } };
  },
  async complete({ words, source }) {
    if (words.length > 0) return [];
    const groups = listGroups(source.trees).filter(({ group }) => isSchemaName(group));
    return [
      ...schemaNames,
      ...groups.flatMap(({ group, options }) => options.map(({ name }) => `${group}/${name}`)),
    ];
  },
};

/** The defaults of a group's schema are those that devbox comes with, however the user's own files look. */
async function shippedFacts(source: ConfigSource, context: Context): Promise<SchemaFacts> {
  const conf = { path: join(context.paths.package, 'conf'), label: 'built-in' } as const;
  const shipped: ConfigSource = { trees: [conf], configName: 'config', project: undefined };
  return {
    commands: await loadCommands(),
    groups: listGroups(source.trees),
    defaults: (choice) =>
      composeConfig(
        shipped,
        Object.entries(choice).map(([group, option]) => `${group}=${option}`),
        context,
      ).config,
  };
}

/** @throws ComposeError where the option does not compose. */
async function optionSchema(
  name: SchemaName,
  option: string,
  source: ConfigSource,
  context: Context,
): Promise<object> {
  if (name === 'config' || name === 'project') throw unknownTopic(`${name}/${option}`);
  const { config } = composeConfig(source, [`${name}=${option}`], context);
  const facts = await shippedFacts(source, context);
  const narrowed: Narrowed = {
    ...(name === 'command' ? { command: text(config['command']) } : {}),
    ...(name === 'api' ? { provider: text(Object(config['api']).provider) } : {}),
  };
  return schemaFor(name, { ...facts, defaults: () => config }, narrowed);
}

const text = (value: PlainValue | undefined): string => String(value);

function isSchemaName(word: string): word is SchemaName {
  return schemaNames.some((name) => name === word);
}

function unknownTopic(topic: string): DevboxError {
  const near = nearest(topic.split('/')[0] ?? topic, schemaNames);
  return new DevboxError('usage', `there is no schema of ${topic}`, {
    code: 'usage/schema-unknown',
    title: 'Usage Error',
    details: [{ label: 'There is', value: schemaNames.join(', ') }],
    hint: near ? `devbox schema ${near}` : 'devbox schema prints that of the whole configuration.',
  });
}
