import type { Filters } from '../query.ts';
import { Refusal } from '../refusal.ts';
import type { Tags } from './resources.ts';

/** What a thing has under the name of a filter. */
type Fields<T> = Readonly<Record<string, (it: T) => string | undefined | readonly (string | undefined)[]>>;

/** The things that all filters let through; `*` and `?` stand for anything in their values. */
export function applyFilters<T extends { readonly tags: Tags }>(
  things: readonly T[],
  filters: Filters,
  fields: Fields<T>,
): T[] {
  const tests = filters.map(({ Name, Value }) => {
    const patterns = Value.map(asPattern);
    const fits = (value: string | undefined) =>
      value !== undefined && patterns.some((pattern) => pattern.test(value));
    if (Name.startsWith('tag:')) return ({ tags }: T) => fits(tags.get(Name.slice(4)));
    if (Name === 'tag-key') return ({ tags }: T) => [...tags.keys()].some(fits);
    const field = fields[Name];
    if (!field) throw new Refusal('InvalidParameterValue', `The filter '${Name}' is invalid`);
    return (it: T) => [field(it)].flat().some(fits);
  });
  return things.filter((it) => tests.every((test) => test(it)));
}

function asPattern(value: string): RegExp {
  const escaped = value.replace(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`, 's');
}

export interface PageRequest {
  readonly MaxResults?: number | undefined;
  readonly NextToken?: string | undefined;
}

/**
 * One page, and the token of the next one.
 * @param pageSize the layer's own limit.
 * @param limits what MaxResults may be for this call.
 */
export function onePage<T>(
  things: readonly T[],
  { MaxResults, NextToken }: PageRequest,
  pageSize: number,
  limits: { readonly least: number; readonly most: number },
): { readonly page: T[]; readonly nextToken: string | undefined } {
  if (MaxResults !== undefined && (MaxResults < limits.least || MaxResults > limits.most)) {
    throw new Refusal(
      'InvalidParameterValue',
      `Value ( ${MaxResults} ) for parameter maxResults is invalid. Expecting a value between ${limits.least} and ${limits.most}.`,
    );
  }
  const start = NextToken === undefined ? 0 : startOf(NextToken);
  const end = start + Math.min(MaxResults ?? limits.most, pageSize);
  const nextToken = end < things.length ? Buffer.from(`from ${end}`).toString('base64') : undefined;
  return { page: things.slice(start, end), nextToken };
}

function startOf(token: string): number {
  const [, start] = /^from (\d+)$/.exec(Buffer.from(token, 'base64').toString()) ?? [];
  if (start === undefined) throw new Refusal('InvalidNextToken', 'The token is not valid.');
  return Number(start);
}

/** A call that names things cannot ask for pages as well. */
export function refuseIdsWithPages(ids: readonly string[], { MaxResults }: PageRequest, what: string): void {
  if (ids.length > 0 && MaxResults !== undefined) {
    throw new Refusal(
      'InvalidParameterCombination',
      `The parameter ${what} cannot be used with the parameter maxResults`,
    );
  }
}
