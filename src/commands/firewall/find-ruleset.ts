import * as z from 'zod/mini';
import type { FirewallFacet, FirewallRuleset } from '../../providers/facets/firewall.ts';
import type { CommandDeps } from '../command.ts';
import { findResource } from '../find-resource.ts';
import { requireFacet } from '../require-facet.ts';

/** The word for the ruleset that holds in every region. */
export const globalName = 'global';

/** A ruleset by id or name, as every command that works on one takes it. */
export const rulesetShape = {
  ruleset: z
    .string()
    .check(
      z.minLength(1, 'an id or a name'),
      z.describe('the ruleset, by id, name or the beginning of its id; global is the one for all regions'),
    ),
};

export interface FoundRuleset {
  readonly facet: FirewallFacet;
  readonly ruleset: FirewallRuleset;
  readonly isGlobal: boolean;
  /** It was named by its whole id or name. */
  readonly isExact: boolean;
}

/** @throws DevboxError `not-found` where there is none, `usage` where there are several. */
export async function findRuleset(
  identifier: string,
  deps: Pick<CommandDeps, 'provider'>,
): Promise<FoundRuleset> {
  const facet = requireFacet(await deps.provider(), 'firewall');
  if (identifier === globalName) {
    return { facet, ruleset: await facet.global(), isGlobal: true, isExact: true };
  }
  const { item, isExact } = findResource(identifier, await facet.rulesets(), rulesetKind);
  return { facet, ruleset: item, isGlobal: false, isExact };
}

export const rulesetKind = { noun: 'firewall ruleset', key: 'ruleset', list: 'devbox firewall' };
