import * as z from 'zod/mini';
import type { Template, TemplatesFacet } from '../../providers/facets/templates.ts';
import type { CommandDeps } from '../command.ts';
import { type FoundResource, findResource } from '../find-resource.ts';
import { requireFacet } from '../require-facet.ts';

/** A template by id or name, as every command that works on one takes it. */
export const templateShape = {
  template: z
    .string()
    .check(
      z.minLength(1, 'an id or a name'),
      z.describe('the template, by id, name or the beginning of either'),
    ),
};

const kind = { noun: 'template', key: 'template', list: 'devbox templates', namePrefix: true } as const;

/** @throws DevboxError `not-found` where there is none, `usage` where there are several. */
export async function findTemplate(
  identifier: string,
  deps: Pick<CommandDeps, 'provider'>,
): Promise<FoundResource<Template> & { readonly templates: TemplatesFacet }> {
  const templates = requireFacet(await deps.provider(), 'templates');
  return { ...findResource(identifier, await templates.list(), kind), templates };
}
