import * as z from 'zod/mini';

const line = z.string().check(z.minLength(1), z.maxLength(300), z.regex(/^[^\p{C}]*$/u));

/** Request of `POST /v1/credentials`. */
export const credentialRequest = z.object({
  registry: z.nullish(z.string().check(z.maxLength(300), z.regex(/^[^\s\p{C}]*$/u))),
  username: line,
  password: z.string().check(z.minLength(1), z.maxLength(20_000)),
});

/** A credential, as far as anybody gets to see it. */
export interface CredentialWire {
  readonly id: number;
  readonly registry: string;
  readonly username: string;
  readonly createdAt: string;
  readonly updatedAt: string;
}
