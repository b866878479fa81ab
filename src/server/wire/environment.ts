import * as z from 'zod/mini';

/** Environment variables of a request, by name. */
export const environment = z.record(
  z.string().check(z.regex(/^[A-Za-z_][A-Za-z0-9_]*$/)),
  z.string().check(z.regex(/^[^\0]*$/)),
);
