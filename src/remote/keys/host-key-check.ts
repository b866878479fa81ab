import { execFile } from 'node:child_process';
import { DevboxError } from '../../base/errors.ts';
import { readIfThere } from '../../base/files.ts';
import { publicKeyFingerprint } from '../../base/public-key.ts';
import { shellLine } from '../../base/shell.ts';
import { cleanLine } from '../../base/text.ts';
import { keptHostKey, type SshPlaces, type SshTarget } from '../ssh-target.ts';
import { isSameKey } from './key-pair.ts';

type Env = Readonly<Record<string, string | undefined>>;

/**
 * Why ssh may have refused a box: it shows another host key than the one that is kept for it.
 * @returns null where it shows the right one, shows none now, or none is kept.
 */
export async function changedHostKey(
  places: SshPlaces,
  target: SshTarget,
  env: Env,
): Promise<DevboxError | null> {
  const { alias, knownHostsFile } = keptHostKey(places, target);
  const kept = keysIn((await readIfThere(knownHostsFile)) ?? '', alias);
  if (kept.length === 0) return null;
  const shown = await shownKeys(target, env);
  if (shown.length === 0 || shown.some((key) => kept.some((one) => isSameKey(key, one)))) return null;
  const name = cleanLine(target.name ?? target.instanceId);
  return new DevboxError('failed', `${name} does not show the host key it should; nothing was sent to it`, {
    code: 'remote/host-key-changed',
    title: 'Host Key Changed',
    details: [
      { label: 'Box', value: `${name} (ID ${target.instanceId})` },
      { label: 'Address', value: `${target.address} port ${target.port}` },
      ...kept.map((key) => ({ label: 'Expected', value: fingerprint(key) })),
      ...shown.map((key) => ({ label: 'Shown', value: fingerprint(key) })),
      { label: 'Kept in', value: knownHostsFile },
    ],
    hint:
      'Another machine may answer in its place. If you know that its keys were made anew, forget the old one and the ' +
      `next is believed: ${shellLine(['rm', knownHostsFile])}`,
  });
}

/** The keys of a known_hosts file under one name, as `KIND BASE64`. */
function keysIn(text: string, alias: string): string[] {
  return text.split('\n').flatMap((line) => {
    const [name, kind, blob] = line.trim().split(/\s+/);
    return name === alias && kind && blob ? [`${kind} ${blob}`] : [];
  });
}

/** Milliseconds for all kinds of keys together. */
const scanMilliseconds = 20_000;

/** What the box shows to anybody who asks; nothing where it cannot be asked. */
function shownKeys({ address, port }: SshTarget, env: Env): Promise<string[]> {
  const argv = ['-T', '5', '-p', String(port), '--', address];
  return new Promise((resolve) => {
    execFile(
      'ssh-keyscan',
      argv,
      { env: { ...env }, timeout: scanMilliseconds, maxBuffer: 1 << 20 },
      (_, out) => resolve(keysIn(out.replace(/^\S+/gm, 'x'), 'x')),
    );
  });
}

const fingerprint = (key: string): string => `${key.split(' ')[0]} ${publicKeyFingerprint(key) ?? '?'}`;
