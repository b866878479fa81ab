import { mkdir, open, readdir, readFile, rename, stat, unlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../base/clock.ts';
import { hasCode } from '../../base/files.ts';
import { holdersState, thisProcess } from '../lock-holder.ts';
import type { WaitOptions } from '../store.ts';

interface World {
  readonly clock: Clock;
  /** A number from 0 up to but not including 1. */
  readonly random: () => number;
  /** What this machine is called among those that share the folder. */
  readonly host: string;
}

const pollMilliseconds = 50;
const renewMilliseconds = 2_000;
/** A holder that cannot be asked after (on another machine, say) is dead when its file has not changed for so long. */
const patienceMilliseconds = 15_000;

/**
 * Runs `work` while no other process is inside a lock of this name. The lock of a process that died is free at once on
 * the same machine, and after 15 seconds elsewhere.
 *
 * A lock is a series of files NAME.1, NAME.2, ...; the highest says who holds it, or that nobody does. To take it is
 * to create the next one, which only one process can. The highest is never removed, so a process that looked, was
 * held up and goes on much later cannot take what others have taken meanwhile: the number it tries is in use or no
 * longer the highest. (A single file that is removed when its holder is dead has that gap.)
 * @param name safe as a file name, without a dot.
 */
export async function withLock<T>(
  folder: string,
  name: string,
  world: World,
  work: () => Promise<T>,
  options: WaitOptions = {},
): Promise<T> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = await take(folder, name, world, options);
  const renewing = setInterval(() => void touch(path), renewMilliseconds);
  renewing.unref();
  try {
    return await work();
  } finally {
    clearInterval(renewing);
    await give(path);
  }
}

async function take(folder: string, name: string, world: World, options: WaitOptions): Promise<string> {
  const isFree = judge(world);
  let told = false;
  for (;;) {
    options.signal?.throwIfAborted();
    const highest = (await numbers(folder, name)).at(-1) ?? 0;
    if (highest === 0 || (await isFree(join(folder, `${name}.${highest}`)))) {
      const path = await claim(folder, name, highest + 1, world);
      if (path !== undefined) return path;
    } else {
      if (!told) options.onWait?.();
      told = true;
    }
    await world.clock.sleep(pollMilliseconds * (0.5 + world.random()), options.signal);
  }
}

/** Tells again and again whether a lock is free; remembers since when the file of an unknown holder has been as it is. */
function judge({ clock, host }: World): (path: string) => Promise<boolean> {
  let seen = '';
  let since = 0;
  return async (path) => {
    const text = await readFile(path, 'utf8').catch(missing);
    if (text === undefined) return false;
    const state = text === free ? 'dead' : await holdersState(text, host);
    if (state !== 'unknown') return state === 'dead';
    const look = `${path} ${(await stat(path).catch(missing))?.mtimeMs}`;
    if (look !== seen) {
      seen = look;
      since = clock.monotonic();
    }
    return clock.monotonic() - since > patienceMilliseconds;
  };
}

/** The file of this number, if this process is the one that got to make it and it is the highest. */
async function claim(
  folder: string,
  name: string,
  number: number,
  { host }: World,
): Promise<string | undefined> {
  const path = join(folder, `${name}.${number}`);
  const me = await thisProcess(host);
  try {
    const file = await open(path, 'wx', 0o600);
    await file.writeFile(me).finally(() => file.close());
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return undefined;
    throw error;
  }
  const others = (await numbers(folder, name)).filter((one) => one !== number);
  if (others.some((one) => one > number)) {
    await unlink(path).catch(missing);
    return undefined;
  }
  for (const older of others) {
    for (const end of ['', '.free']) await unlink(join(folder, `${name}.${older}${end}`)).catch(missing);
  }
  return path;
}

const free = 'free\n';

async function give(path: string): Promise<void> {
  const temporary = `${path}.free`;
  try {
    await writeFile(temporary, free, { mode: 0o600 });
    await rename(temporary, path);
  } catch {
    // What was done under the lock counts more; the lock is free once this process has ended.
  }
}

async function touch(path: string): Promise<void> {
  const now = new Date();
  await utimes(path, now, now).catch(() => undefined);
}

/** The numbers of a lock's files, ascending. */
async function numbers(folder: string, name: string): Promise<number[]> {
  const found: number[] = [];
  for (const file of await readdir(folder)) {
    const number = file.startsWith(`${name}.`) ? file.slice(name.length + 1) : '';
    if (/^[1-9][0-9]*$/.test(number)) found.push(Number(number));
  }
  return found.sort((a, b) => a - b);
}

function missing(error: unknown): undefined {
  if (hasCode(error, 'ENOENT')) return undefined;
  throw error;
}
