import type { GroupListing } from '../../compose/index.ts';
import type { JsonObject, JsonValue } from './setting.ts';

/**
 * The schema of the defaults list in a file of a group: its keywords, and the groups and options that there are, for
 * completion. Other names pass: only composing can tell whether they exist.
 * @param group the group of the file; empty for the primary configuration.
 */
export function defaultsListSchema(group: string, groups: readonly GroupListing[]): JsonObject {
  const own = groups.find((each) => each.group === group)?.options ?? [];
  // Inside a group, a name without a slash in front is meant from that group on.
  const prefix = group === '' ? '' : '/';
  const others = groups.filter((each) => each.group !== group && !each.group.includes('/'));
  const named = others.flatMap(({ group: name, options }): [string, JsonObject][] => {
    const schema = option(options.map((each) => each.name));
    return [
      [`${prefix}${name}`, schema],
      [`override ${prefix}${name}`, schema],
    ];
  });
  return {
    description: 'the configs that this one is made of, in order; _self_ is this file',
    anyOf: [
      {
        type: 'array',
        items: {
          anyOf: [
            { enum: ['_self_', ...own.map(({ name }) => name)] },
            { type: 'string', pattern: '^(?!_\\w*_$)\\S+$' },
            {
              type: 'object',
              minProperties: 1,
              maxProperties: 1,
              properties: Object.fromEntries(named),
              patternProperties: { '^(?:(?:optional|override) )*[^\\s]+$': option([]) },
              additionalProperties: false,
            },
          ],
        },
      },
      { const: '???' },
    ],
  };
}

function option(names: readonly string[]): JsonObject {
  const known: JsonValue[] = names.length === 0 ? [] : [{ enum: names }];
  return { anyOf: [...known, { type: ['string', 'null'] }, { type: 'array', items: { type: 'string' } }] };
}
