import { setTimeout as sleep } from 'node:timers/promises';
import { listProcesses, type ProcessInfo, processesWithVariable, readProcess } from '../../processes.ts';
import { boxVariable } from './environment.ts';

const pollMilliseconds = 15;
/** After SIGKILL only the kernel can be slow; something in uninterruptible sleep is given up on after this. */
const killMilliseconds = 5_000;

/** What is known of a box's processes besides the mark in their environment. */
export interface BoxProcesses {
  readonly id: string;
  /** Process groups that belong to the box, for systems that hide environments. */
  readonly groups: ReadonlySet<number>;
  /** The first process in its sandbox: what it has started, and whatever lost its parent there, descends from it. */
  readonly init: number | null;
  /** What only keeps the box there for others, and goes last: in a sandbox the end of one ends all. */
  readonly keepers: (info: ProcessInfo) => boolean;
}

/**
 * Ends every process of a box: asks first, kills what is left after `graceMilliseconds`. What was started with
 * the box's mark in its environment is found wherever it went, and so is what descends from it.
 * @returns how many processes could not be ended; 0 is success.
 */
export function reapBox(box: BoxProcesses, graceMilliseconds: number): Promise<number> {
  return reap(() => boxProcesses(box), graceMilliseconds, box.keepers);
}

/** Ends process groups and nothing else, in the same way. */
export function reapGroups(groups: ReadonlySet<number>, graceMilliseconds: number): Promise<number> {
  return reap(
    async () => (await listProcesses()).filter(({ group }) => groups.has(group)),
    graceMilliseconds,
    () => false,
  );
}

async function reap(
  find: () => Promise<ProcessInfo[]>,
  graceMilliseconds: number,
  isKeeper: (info: ProcessInfo) => boolean,
): Promise<number> {
  const start = performance.now();
  const elapsed = (): number => performance.now() - start;
  let asked = new Set<string>();
  for (;;) {
    const members = await find();
    if (members.length === 0) return 0;
    if (elapsed() > graceMilliseconds + killMilliseconds) return members.length;
    const others = members.filter((member) => !isKeeper(member));
    if (elapsed() >= graceMilliseconds || others.length === 0) {
      await signalAll(members, ['SIGKILL']);
    } else {
      // Shells ignore SIGTERM and go at SIGHUP; what is stopped has to run to go.
      await signalAll(
        others.filter((member) => !asked.has(key(member))),
        ['SIGTERM', 'SIGHUP', 'SIGCONT'],
      );
      asked = new Set(others.map(key));
    }
    await sleep(pollMilliseconds);
  }
}

const key = (info: ProcessInfo): string => `${info.pid} ${info.startTime}`;

/** The running processes of a box. */
export async function boxProcesses({
  id,
  groups,
  init,
}: Pick<BoxProcesses, 'id' | 'groups' | 'init'>): Promise<ProcessInfo[]> {
  const [all, marked] = await Promise.all([listProcesses(), processesWithVariable(boxVariable, id)]);
  return closeOver(
    all,
    ({ pid, group }) => marked.has(pid) || groups.has(group) || (init !== null && pid === init),
  ).filter((info) => info.pid !== process.pid);
}

/** The processes chosen, their descendants, and the sessions they lead. */
export function closeOver(
  all: readonly ProcessInfo[],
  isSeed: (info: ProcessInfo) => boolean,
): ProcessInfo[] {
  const members = new Map(all.filter(isSeed).map((info) => [info.pid, info]));
  for (let before = -1; before !== members.size; ) {
    before = members.size;
    for (const info of all) {
      if (members.has(info.parent) || members.has(info.session)) members.set(info.pid, info);
    }
  }
  return [...members.values()];
}

/** Signals processes, each only if its pid still means the process that was seen. */
async function signalAll(members: readonly ProcessInfo[], signals: readonly NodeJS.Signals[]): Promise<void> {
  for (const member of members) {
    if ((await readProcess(member.pid))?.startTime !== member.startTime) continue;
    for (const signal of signals) trySignal(member.pid, signal);
  }
}

/** Signals a process, or a group as a negative number; one that has just ended is as good as signalled. */
export function trySignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // ESRCH: gone. EPERM: became somebody else's (setuid); nothing of ours to end.
  }
}
