import * as z from 'zod/mini';
import type { Command } from '../../commands/command.ts';
import { preferencesShape, sshSchema, waitSchema } from '../../commands/settings.ts';
import type { GroupListing, PlainObject } from '../../compose/index.ts';
import { providerNames } from '../../leases/provider-name.ts';
import { leasesSchema } from '../../leases/settings.ts';
import { providerSchemas } from '../../providers/schemas.ts';
import { rcSchema } from '../rc-schema.ts';
import { defaultsListSchema } from './defaults-list.ts';
import { type JsonObject, openDefinition, openRef, plainSchema, settingSchemas } from './setting.ts';
import { type Variant, type Variants, variantDefinitions, variantsSchema } from './variants.ts';

/** What a schema is made from. */
export interface SchemaFacts {
  readonly commands: readonly Command[];
  /** The groups that there are, for completion in defaults lists. */
  readonly groups: readonly GroupListing[];
  /** The configuration of a command, or of nothing but a provider: the defaults that a schema shows. */
  readonly defaults: (choice: { readonly command?: string; readonly api?: string }) => PlainObject;
}

/** Kinds of files that have a schema: the primary configuration, a group, the rc file of a project. */
export const schemaNames = ['config', 'command', 'api', 'wait', 'ssh', 'leases', 'project'] as const;

export type SchemaName = (typeof schemaNames)[number];

/** Narrows a schema to one option of a group: the command or the provider that it is about. */
export interface Narrowed {
  readonly command?: string;
  readonly provider?: string;
}

/** The JSON Schema, draft 7, of a kind of files. */
export function schemaFor(name: SchemaName, facts: SchemaFacts, narrowed: Narrowed = {}): JsonObject {
  const defaults = { defaults: defaultsListSchema(name === 'config' ? '' : name, facts.groups) };
  switch (name) {
    case 'project':
      return document('The rc file of a project', plainSchema(rcSchema), {});
    case 'wait':
      return document('How long to wait for a box: wait/NAME.yaml', groupSchema(name, facts, defaults), {});
    case 'ssh':
      return document('How a box is reached: ssh/NAME.yaml', groupSchema(name, facts, defaults), {});
    case 'leases':
      return document('Where leases are kept: leases/NAME.yaml', groupSchema(name, facts, defaults), {});
    case 'api': {
      const providers = providerVariants(facts, narrowed.provider, defaults);
      const content = variantsSchema(providers);
      return document('How a provider is reached: api/NAME.yaml', content, variantDefinitions(providers));
    }
    case 'command':
    case 'config': {
      const title =
        name === 'command' ? 'A command or preset: command/NAME.yaml' : 'The configuration of devbox';
      const commands = commandVariants(facts, narrowed.command, defaults);
      const providers = providerVariants(facts, narrowed.provider, {});
      return document(title, variantsSchema(commands), {
        ...variantDefinitions(commands),
        ...variantDefinitions(providers),
        api: { ...variantsSchema(providers), description: 'the provider that is asked, and how' },
        wait: { ...groupSchema('wait', facts, {}), description: 'how long to wait for a box' },
        ssh: { ...groupSchema('ssh', facts, {}), description: 'how a box is reached over SSH' },
        leases: { ...groupSchema('leases', facts, {}), description: 'where leases are kept' },
      });
    }
  }
}

function document(title: string, content: JsonObject, definitions: JsonObject): JsonObject {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title,
    ...content,
    definitions: { open: openDefinition, ...definitions },
  };
}

/** The groups whose files have one kind of content. */
const groups = { wait: waitSchema, ssh: sshSchema, leases: leasesSchema } as const;

function groupSchema(name: keyof typeof groups, { defaults }: SchemaFacts, common: JsonObject): JsonObject {
  const settings = settingSchemas(groups[name], defaults({})[name]);
  return {
    type: ['object', 'null'],
    properties: { ...common, ...settings },
    additionalProperties: false,
  };
}

function commandVariants(facts: SchemaFacts, chosen: string | undefined, common: JsonObject): Variants {
  const commands = facts.commands.filter(({ name }) => chosen === undefined || name === chosen);
  const names = commands.map(({ name }) => name);
  return {
    key: 'command',
    group: 'command',
    all: commands.map(({ name, shape }): Variant => {
      const values = facts.defaults({ command: name });
      return { name, properties: settingSchemas(z.strictObject({ ...shape }), values) };
    }),
    common: {
      ...common,
      command: {
        description: 'the command that is run',
        anyOf: [{ enum: names }, { type: 'null' }, openRef],
      },
      ...Object.fromEntries(
        ['api', ...Object.keys(groups)].map((group) => [
          group,
          { anyOf: [{ $ref: `#/definitions/${group}` }, openRef] },
        ]),
      ),
      ...settingSchemas(z.strictObject(preferencesShape), facts.defaults({})),
      hydra: { description: 'settings of the launcher and the sweeper', type: 'object' },
    },
  };
}

function providerVariants(facts: SchemaFacts, chosen: string | undefined, common: JsonObject): Variants {
  const names = providerNames.filter((name) => chosen === undefined || name === chosen);
  return {
    key: 'provider',
    group: 'api',
    all: names.map((name): Variant => {
      const values = facts.defaults({ api: name })['api'];
      const { provider: _, ...properties } = settingSchemas(providerSchemas[name].api, values);
      return { name, properties };
    }),
    common: {
      ...common,
      provider: { description: 'which provider is asked', anyOf: [{ enum: names }, openRef] },
    },
  };
}
