import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { readProcess } from './processes.ts';

/**
 * Which process a pid meant when it was written down. A pid alone is reused; with the start time and the boot it
 * is not.
 */
export interface ProcessIdentity {
  readonly pid: number;
  readonly startTime: string;
  readonly bootId: string;
}

/** The identity of a process that runs now, or undefined where it has ended already. */
export async function identify(pid: number): Promise<ProcessIdentity | undefined> {
  const [found, boot] = await Promise.all([readProcess(pid), bootId()]);
  return found && { pid, startTime: found.startTime, bootId: boot };
}

/** Whether exactly this process still runs; one that has ended but was not waited for does not. */
export async function isRunning(identity: ProcessIdentity): Promise<boolean> {
  if (identity.bootId !== (await bootId())) return false;
  return (await readProcess(identity.pid))?.startTime === identity.startTime;
}

export const formatIdentity = ({ pid, startTime, bootId }: ProcessIdentity): string =>
  JSON.stringify({ pid, startTime, bootId });

/** Reads what `formatIdentity` wrote; undefined for anything else. */
export function parseIdentity(text: string): ProcessIdentity | undefined {
  try {
    const { pid, startTime, bootId } = JSON.parse(text);
    const isIdentity = Number.isInteger(pid) && typeof startTime === 'string' && typeof bootId === 'string';
    return isIdentity ? { pid, startTime, bootId } : undefined;
  } catch {
    return undefined;
  }
}

let knownBootId: Promise<string> | undefined;

/** Something that is different after every start of the machine. */
export function bootId(): Promise<string> {
  knownBootId ??= readBootId();
  return knownBootId;
}

async function readBootId(): Promise<string> {
  if (process.platform === 'linux') return (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
  const { stdout } = await promisify(execFile)('/usr/sbin/sysctl', ['-n', 'kern.bootsessionuuid']);
  return stdout.trim();
}
