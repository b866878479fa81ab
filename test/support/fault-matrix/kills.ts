import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { type Call, isChange } from './disturbances.ts';

/** Where a run is killed. */
export type KillPoint =
  /** When a request has come in, before or after its effect; it is never answered. */
  | { readonly kind: 'request'; readonly call: Call; readonly afterEffect: boolean }
  /** Before one of its durable writes. */
  | { readonly kind: 'write'; readonly write: Write };

/** A system call that makes something durable, as it was seen in a run. */
export interface Write {
  /** `rename` */
  readonly call: string;
  /** Among all calls of this kind, from 1. */
  readonly number: number;
}

/** Every point of the requests of a run at which it can be killed. */
export function killsAt(calls: readonly Call[]): KillPoint[] {
  return calls.flatMap((call) =>
    (isChange(call) ? [false, true] : [false]).map(
      (afterEffect): KillPoint => ({ kind: 'request', call, afterEffect }),
    ),
  );
}

const traced = '?fsync,?fdatasync,?rename,?renameat,?renameat2,?unlink,?unlinkat,?rmdir';

/** Why nothing can be killed at its writes here; undefined where it can. */
export function whyNoTrace(): string | undefined {
  const { error, status, stderr } = spawnSync('strace', ['-qq', '-o', '/dev/null', 'true'], {
    encoding: 'utf8',
  });
  if (error) return 'strace is not installed';
  return status === 0 ? undefined : `strace may not trace here: ${stderr.trim()}`;
}

/** One thread for all work on files, so that the calls have one order. */
export const oneThread = { UV_THREADPOOL_SIZE: '1' } as const;

/** What a program is started under to have its durable writes told. @param file where they are told. */
export const tellingWrites = (file: string): string[] => [
  'strace',
  ...['-f', '-qq', '-y', '-o', file, '-e', `trace=${traced}`, '-e', 'signal=none'],
];

/** What a program is started under to be killed at one of its durable writes. */
export const killedAtWrite = ({ call, number }: Write): string[] => [
  'strace',
  ...['-f', '-qq', '-o', '/dev/null', '-e', `trace=${call}`],
  ...['-e', `inject=${call}:signal=SIGKILL:when=${number}`],
];

/**
 * The durable writes that a trace tells of. Records of runs are left out: nothing is found by them.
 * @throws Error where several threads write, as then no number stands for one of the writes.
 */
export function writesIn(file: string): Write[] {
  const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean);
  const threads = new Set(lines.map((line) => line.split(' ')[0]));
  if (threads.size > 1) throw new Error(`${threads.size} threads write`);
  const numbers = new Map<string, number>();
  return lines.flatMap((line) => {
    const [, call, result] = /^\d+ +(\w+)\(.*\) += (-?\d+)/.exec(line) ?? [];
    if (call === undefined) throw new Error(`strace says: ${line}`);
    const number = (numbers.get(call) ?? 0) + 1;
    numbers.set(call, number);
    return result !== '0' || line.includes('/devbox/runs/') ? [] : [{ call, number }];
  });
}
