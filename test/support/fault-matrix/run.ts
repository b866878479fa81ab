import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { BinOptions, BinResult } from '../bin.ts';
import type { LambdaUser } from '../lambda-user.ts';
import type { Call, Disturbed } from './disturbances.ts';
import { endOf } from './ending.ts';
import { type KillPoint, killedAtWrite, oneThread, tellingWrites, type Write, writesIn } from './kills.ts';
import { age } from './records.ts';
import type { Start } from './start.ts';
import { type Truth, truthOf } from './truth.ts';

/** What happens to one run of a command. */
export interface Cell {
  readonly disturbed?: Disturbed;
  readonly kill?: KillPoint;
}

/** What came of it. */
export interface Row {
  readonly cell: Cell;
  /** Exit status, and the code of the error; `killed`. */
  readonly end: string;
  /** What there is right after it, such as `box up`. */
  readonly left: string;
  /** What there is after one cleanup. */
  readonly after: string;
  /** What is wrong with it; a sentence each. */
  readonly wrong: readonly string[];
}

/** What a run does, where nothing kills it. */
export interface Seen {
  readonly calls: readonly Call[];
  /** Empty where they are not traced. */
  readonly writes: readonly Write[];
  readonly end: string;
  readonly truth: Truth;
}

/** Runs a command to its end, to see what it does. */
export async function observe(
  start: Start,
  { trace, disturbed }: { readonly trace: boolean; readonly disturbed?: Disturbed },
): Promise<Seen> {
  const user = await start.begin();
  const file = join(user.home.path, '..', `${Date.now()}-${Math.random()}.trace`);
  try {
    const result = await attempt(
      user,
      start,
      disturbed ? { disturbed } : {},
      trace ? tellingWrites(file) : [],
    );
    const seen = new Map<string, number>();
    const calls = user.fake.requests.map(({ method, path }, index) => {
      const on = `${method} ${path}`;
      const first = (seen.get(on) ?? 0) + 1;
      seen.set(on, first);
      return { number: index + 1, on, first };
    });
    return {
      calls,
      writes: trace ? writesIn(file) : [],
      end: endOf(result, false).end,
      truth: truthOf(user),
    };
  } finally {
    rmSync(file, { force: true });
    await user.end();
  }
}

/** Runs the command with what happens to it, then one cleanup, and looks what is true. */
export async function runCell(start: Start, cell: Cell): Promise<Row> {
  const user = await start.begin();
  try {
    const under = cell.kill?.kind === 'write' ? killedAtWrite(cell.kill.write) : [];
    const result = await attempt(user, start, cell, under);
    const { end, wrong } = endOf(result, cell.kill !== undefined);
    const left = truthOf(user).state;
    const settled = await settle(user);
    return { cell, end, left, after: settled.after, wrong: [...wrong, ...settled.wrong] };
  } finally {
    // Killed at a write, it may not come as far as the call that would go wrong.
    await user.end({ check: !(cell.disturbed && cell.kill?.kind === 'write') });
  }
}

/** Runs the command once, disturbed and killed as the cell says; afterwards the server is as it should be. */
async function attempt(
  user: LambdaUser,
  { scenario }: Start,
  { disturbed, kill }: Cell,
  under: readonly string[],
): Promise<BinResult | 'hangs'> {
  const { fake } = user;
  const { settings = [], fault, once } = disturbed?.disturbance ?? {};
  const argv = [...scenario.argv, ...settings, '--json'];
  const result = await run(
    user,
    argv,
    (end) => {
      // The first fault that fits a request is the one that it meets.
      if (kill?.kind === 'request') {
        const { call, afterEffect } = kill;
        fake.fault({ on: call.on, first: call.first, fault: { kind: 'hold', afterEffect, met: end } });
      }
      if (disturbed === undefined || fault === undefined) return;
      const { number, on, first } = disturbed.call;
      if (fault === 'unplugged') fake.unplugAfter(number - 1);
      else fake.fault({ on, first, times: once ? 1 : Number.POSITIVE_INFINITY, fault });
    },
    under.length > 0 ? { under, env: oneThread } : {},
  );
  await fake.recover();
  return result;
}

/** A command that has not ended by then never will, in milliseconds. */
const patience = 30_000;

/** Runs the bin, but not for ever. @param begun gets what kills it, before it has sent anything. */
async function run(
  user: LambdaUser,
  argv: readonly string[],
  begun: (end: () => void) => void = () => undefined,
  options: BinOptions = {},
): Promise<BinResult | 'hangs'> {
  let isLate = false;
  let timer: NodeJS.Timeout | undefined;
  const result = await user.devbox(argv, {
    ...options,
    started(send) {
      begun(() => send('SIGKILL'));
      timer = setTimeout(() => {
        isLate = true;
        send('SIGKILL');
      }, patience);
    },
  });
  clearTimeout(timer);
  return isLate ? 'hangs' : result;
}

/**
 * One cleanup, after which everything is known. A launch that nobody has answered may stay open; once it is too late for its
 * box to appear, another cleanup closes it.
 */
async function settle(user: LambdaUser): Promise<{ after: string; wrong: string[] }> {
  const wrong: string[] = [];
  const cleanUp = async (): Promise<Truth> => {
    const result = await run(user, ['cleanup', '--json']);
    const { end, wrong: said } = endOf(result, false);
    const truth = truthOf(user);
    wrong.push(...[...said, ...truth.lies].map((one) => `after cleanup: ${one}`));
    if (end !== '0') wrong.push(`cleanup ends with ${end}`);
    return truth;
  };
  const truth = await cleanUp();
  if (truth.open > 0) {
    age(user.home.path);
    const later = await cleanUp();
    if (later.open > 0) wrong.push(`much later: ${later.state}`);
  }
  return { after: truth.state, wrong };
}
