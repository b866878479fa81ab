import { randomUUID } from 'node:crypto';
import type { Context } from '../../base/context.ts';
import { holdersState, thisProcess } from '../lock-holder.ts';
import type { WaitOptions } from '../store.ts';
import type { Attributes, Table } from './table.ts';

type World = Pick<Context, 'clock' | 'random'> & { readonly host: string };

/** Milliseconds between two looks at a lock that is held: the first, and the longest. */
const [firstPoll, longestPoll] = [50, 1_000];
const renewMilliseconds = 2_000;
/** A holder that cannot be asked after (on another machine, say) is dead when it has not renewed its lock for so long. */
const patienceMilliseconds = 15_000;

/** A lock as it is in the table: who holds it, and how often that one has said that it still does. */
interface Held {
  readonly holder: string;
  /** Different for each time that a lock is taken. */
  readonly token: string;
  readonly beat: number;
}

/**
 * Runs `work` while nobody else who shares the table is inside a lock of this name. No two clocks are compared: whether a
 * holder still lives is told by its counting on.
 */
export async function withTableLock<T>(
  table: Table,
  name: string,
  world: World,
  work: () => Promise<T>,
  options: WaitOptions = {},
): Promise<T> {
  const mine = await take(table, name, world, options);
  let beat = mine.beat;
  let renewal: Promise<unknown> = Promise.resolve();
  const renewing = setInterval(() => {
    const next = { ...mine, beat: beat + 1 };
    renewal = table
      .put('lock', name, { ...next }, { token: mine.token, beat })
      .then((isDone) => {
        if (isDone) beat = next.beat;
        else
          return table.get('lock', name).then((now) => {
            // An answer that was lost.
            if (read(now)?.token === mine.token) beat = read(now)?.beat ?? beat;
          });
      })
      .catch(() => undefined);
  }, renewMilliseconds);
  renewing.unref();
  try {
    return await work();
  } finally {
    clearInterval(renewing);
    await renewal;
    // What was done under the lock counts more; it is free once this process has ended.
    await table.remove('lock', name, { token: mine.token }).catch(() => undefined);
  }
}

async function take(table: Table, name: string, world: World, options: WaitOptions): Promise<Held> {
  const isFree = judge(world);
  const mine: Held = { holder: await thisProcess(world.host), token: randomUUID(), beat: 0 };
  let told = false;
  for (let poll = firstPoll; ; poll = Math.min(longestPoll, poll * 1.5)) {
    options.signal?.throwIfAborted();
    const item = await table.get('lock', name);
    const held = read(item);
    if (item === null || held === null || (await isFree(held))) {
      const before = held && { token: held.token, beat: held.beat };
      // What is there and no lock was written by nobody.
      const condition = item !== null && held === null ? undefined : before;
      if (await table.put('lock', name, { ...mine }, condition)) return mine;
      if (read(await table.get('lock', name))?.token === mine.token) return mine;
    } else {
      if (!told) options.onWait?.();
      told = true;
    }
    await world.clock.sleep(poll * (0.5 + world.random()), options.signal);
  }
}

/** Tells again and again whether a lock is free; remembers since when an unknown holder has not counted on. */
function judge({ clock, host }: World): (held: Held) => Promise<boolean> {
  let seen = '';
  let since = 0;
  return async ({ holder, token, beat }) => {
    const state = await holdersState(holder, host);
    if (state !== 'unknown') return state === 'dead';
    const look = `${token} ${beat}`;
    if (look !== seen) {
      seen = look;
      since = clock.monotonic();
    }
    return clock.monotonic() - since > patienceMilliseconds;
  };
}

function read(item: Attributes | null): Held | null {
  const { holder, token, beat } = item ?? {};
  if (typeof holder !== 'string' || typeof token !== 'string' || typeof beat !== 'number') return null;
  return { holder, token, beat };
}
