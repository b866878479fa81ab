import { load } from 'js-yaml';
import * as z from 'zod/mini';
import { type CloudBox, cloudBox } from './cloud-box.ts';
import type { FakeLambda } from './fake-lambda/index.ts';
import { type Sshd, startSshd } from './sshd.ts';

/** A machine that a launch on the fake Lambda Cloud has brought up: this one. */
export interface Booted {
  readonly server: Sshd;
  readonly box: CloudBox;
}

const launchBody = z.object({ user_data: z.string() });
const hostKeys = z.object({ ssh_keys: z.object({ ed25519_private: z.string() }) });

/**
 * Boots the box of the last launch: an SSH server on this port, with the keys that the launch gave it.
 * @param options.hostKey another one than the launch says.
 */
export async function bootBox(
  fake: FakeLambda,
  port: number,
  options: { readonly hostKey?: string | undefined; readonly gpus?: number } = {},
): Promise<Booted> {
  const { user_data } = launchBody.parse(fake.sent('POST /instance-operations/launch').at(-1)?.body);
  const server = await startSshd({
    port,
    hostKey: options.hostKey ?? hostKeys.parse(load(user_data)).ssh_keys.ed25519_private,
    authorizedKey: fake.sshKeys.at(-1)?.public_key ?? '',
  });
  const box = cloudBox(server.programs);
  box.cloudInit('done');
  box.gpus(options.gpus ?? 1);
  return { server, box };
}
