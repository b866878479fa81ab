import * as z from 'zod/mini';
import type { Wire } from './wire.ts';

const line = z.string().check(z.minLength(1), z.maxLength(300), z.regex(/^[^\p{C}]*$/u));

/** Request of `POST /v1/credentials`. */
export const credentialRequest = z.object({
  registry: z.nullish(z.string().check(z.maxLength(300), z.regex(/^[^\s\p{C}]*$/u))),
  username: line,
  password: z.string().check(z.minLength(1), z.maxLength(20_000)),
});

/** A credential, as far as anybody gets to see it. */
export const credentialWire = z.object({
  id: z.int(),
  registry: z.string(),
  username: z.string(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
});

export type CredentialWire = Wire<typeof credentialWire>;
