import * as z from 'zod/mini';

/** Request of `POST /v1/ssh-keys`. GPULab names the call but not its keys; these are ours. */
export const sshKeyRequest = z.object({
  name: z.string().check(z.minLength(1), z.maxLength(64), z.regex(/^[^\p{C}]*$/u)),
  public_key: z.string(),
});

export interface SshKeyWire {
  readonly id: number;
  readonly name: string;
  readonly public_key: string;
  readonly created_at: string;
}
