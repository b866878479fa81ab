import * as z from 'zod/mini';
import { type AddressRules, baseUrlProblem } from '../base/base-url.ts';

/** A number of seconds within bounds; both bounds are allowed themselves. */
export const secondsWithin = (least: number, most: number) =>
  z
    .number({ error: 'must be a number of seconds' })
    .check(
      z.gte(least, { error: `must be at least ${least} seconds` }),
      z.lte(most, { error: `must be at most ${most} seconds` }),
    );

/** Seconds for one whole request. */
export const requestSeconds = secondsWithin(0.001, 3600);

/** The address of an API to which a key travels. */
export const baseUrl = (rules: AddressRules) =>
  z.string({ error: 'must be an address' }).check((context) => {
    const problem = baseUrlProblem(context.value, rules);
    if (problem !== undefined) {
      context.issues.push({ code: 'custom', message: problem, input: context.value });
    }
  });

/** Text that names something; nothing but blanks names nothing. */
export const needed = (what: string) =>
  z
    .string({ error: `must name ${what}` })
    .check(z.minLength(1, { error: `must name ${what}` }), z.regex(/\S/, { error: `must name ${what}` }));

/** Null and absent mean the same: not asked for. An empty name would be a silent mistake. */
export const optional = (what: string) => z._default(z.nullable(needed(what)), null);

/** A list of names, where one name stands for a list of one, and null for none. */
export const namesOf = (what: string) =>
  z._default(
    z.pipe(
      z.transform((value) => (value === null ? [] : Array.isArray(value) ? value : [value])),
      z.array(needed(what)),
    ),
    [],
  );

/** A setting that means nothing to a provider: it has to be null or empty there. @param why who has it. */
export const foreignSetting = (why: string) =>
  z._default(
    z.custom<unknown>(
      (value) => value === null || (Object.keys(Object(value)).length === 0 && typeof value === 'object'),
      {
        error: `must be left out: ${why}`,
      },
    ),
    null,
  );
