import * as z from 'zod/mini';
import type { Wire } from './wire.ts';

/** Request of `POST /v1/ssh-keys`. GPULab names the call but not its keys; these are ours. */
export const sshKeyRequest = z.object({
  name: z.string().check(z.minLength(1), z.maxLength(64), z.regex(/^[^\p{C}]*$/u)),
  public_key: z.string(),
});

export const sshKeyWire = z.object({
  id: z.int(),
  name: z.string(),
  public_key: z.string(),
  created_at: z.iso.datetime(),
});

export type SshKeyWire = Wire<typeof sshKeyWire>;
