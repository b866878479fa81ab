import { readFile, readlink } from 'node:fs/promises';

/** What a lock file says of its holder: where its process number means something, the number, and when it began. */
interface Holder {
  readonly place: string;
  readonly pid: number;
  readonly began: string;
}

/** This process, as a lock file names it. @param host what this machine is called. */
export async function thisProcess(host: string): Promise<string> {
  const holder: Holder = {
    place: await place(host),
    pid: process.pid,
    began: (await began(process.pid)) ?? '',
  };
  return `${JSON.stringify(holder)}\n`;
}

/**
 * Whether the process that a lock file names still runs.
 * @returns `unknown` where that cannot be told from here: another machine, another container, a boot before this
 * one, or a file that is not whole.
 */
export async function holdersState(text: string, host: string): Promise<'alive' | 'dead' | 'unknown'> {
  const holder = parse(text);
  if (holder === undefined || holder.place !== (await place(host))) return 'unknown';
  return (await began(holder.pid)) === holder.began ? 'alive' : 'dead';
}

function parse(text: string): Holder | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null) return undefined;
    if (!('place' in value && 'pid' in value && 'began' in value)) return undefined;
    const { place, pid, began } = value;
    if (typeof place !== 'string' || typeof pid !== 'number' || typeof began !== 'string') return undefined;
    return { place, pid, began };
  } catch {
    return undefined;
  }
}

/** Process numbers are compared only within one boot of one machine, and within one container of it. */
async function place(host: string): Promise<string> {
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '');
  const processes = await readlink('/proc/self/ns/pid').catch(() => '');
  return [host, boot.trim(), processes].join(' ');
}

/** When a process began, in the system's own words; undefined where there is no such process. Numbers are used again. */
async function began(pid: number): Promise<string | undefined> {
  if (process.platform !== 'linux') return beganAsPsSays(pid);
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  // The second field is the program's name in brackets, with whatever characters it has.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields === undefined || fields[0] === 'Z' ? undefined : fields[19];
}

async function beganAsPsSays(pid: number): Promise<string | undefined> {
  const { execFile } = await import('node:child_process');
  const env = { PATH: '/bin:/usr/bin', LC_ALL: 'C', TZ: 'UTC' };
  return new Promise((resolve) => {
    execFile('ps', ['-o', 'lstart=', '-p', String(pid)], { env }, (error, stdout) => {
      resolve(error === null && stdout.trim() !== '' ? stdout.trim() : undefined);
    });
  });
}
