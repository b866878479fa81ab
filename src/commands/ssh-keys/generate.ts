import { open, unlink } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Context } from '../../base/context.ts';
import { DevboxError } from '../../base/errors.ts';
import { hasCode } from '../../base/files.ts';
import type { SshKey, SshKeysFacet } from '../../providers/facets/ssh-keys.ts';
import type { Provider } from '../../providers/provider.ts';

/**
 * Has the provider make a pair of keys, and keeps the private one in a file of its own, mode 0600; it is shown nowhere.
 * The file is made before anything is asked for, so that a key is never lost for want of a place.
 * @throws DevboxError `usage` where the file cannot be made or is there already, or the provider makes no keys.
 */
export async function generateKey(
  name: string,
  file: string,
  provider: Pick<Provider, 'name'>,
  facet: SshKeysFacet,
  { cwd, paths }: Pick<Context, 'cwd' | 'paths'>,
): Promise<{ readonly key: SshKey; readonly path: string }> {
  const generate = facet.generate?.bind(facet);
  if (!generate) throw makesNone(provider);
  const path = resolve(cwd, file.replace(/^~(?=\/)/, paths.home));
  const handle = await open(path, 'wx', 0o600).catch((error: unknown) => {
    throw noFile(path, error);
  });
  let made: SshKey | undefined;
  try {
    const { key, privateKey } = await generate(name);
    made = key;
    await handle.writeFile(privateKey.endsWith('\n') ? privateKey : `${privateKey}\n`);
    await handle.sync();
    return { key, path };
  } catch (error) {
    // Without its private half a key is of no use to anybody.
    await unlink(path).catch(() => undefined);
    if (made === undefined) throw error;
    const isGone = await facet.remove(made.id).then(
      () => true,
      () => false,
    );
    throw notKept(made, isGone, path, error);
  } finally {
    await handle.close();
  }
}

function makesNone({ name }: Pick<Provider, 'name'>): DevboxError {
  return new DevboxError('usage', `api=${name} makes no keys`, {
    code: 'ssh-keys/no-generate',
    title: 'Usage Error',
    hint: 'Make one here, and add it: ssh-keygen -t ed25519, devbox ssh-keys add NAME --key-file ~/.ssh/id_ed25519.pub',
  });
}

function notKept({ name }: SshKey, isGone: boolean, path: string, error: unknown): DevboxError {
  return new DevboxError('failed', `the private key could not be written: ${whyOf(error)}`, {
    code: 'ssh-keys/not-kept',
    title: 'Not Kept',
    details: [{ label: 'File', value: path }],
    hint: isGone
      ? `The key ${name} was deleted again: nobody has its private half.`
      : `Nobody has the private half of the key ${name}. Delete it: devbox ssh-keys rm ${name}`,
  });
}

const whyOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function noFile(path: string, error: unknown): DevboxError {
  const exists = hasCode(error, 'EEXIST');
  return new DevboxError(
    'usage',
    exists
      ? 'there is a file already where the private key is to go'
      : `the private key cannot be kept: ${whyOf(error)}`,
    {
      code: 'ssh-keys/private-key-file',
      title: 'Usage Error',
      details: [{ label: 'File', value: path }],
      hint: 'No key was made. Name another file: --private-key-file FILE',
    },
  );
}
