import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

/** A process of this machine, as far as boxes need to know it. */
export interface ProcessInfo {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  /** 0 where the system does not say. */
  readonly session: number;
  /** Comparable only with other start times of the same machine and boot. */
  readonly startTime: string;
}

/** One running process; undefined where there is none, or only its exit status is left. */
export async function readProcess(pid: number): Promise<ProcessInfo | undefined> {
  if (process.platform === 'linux') return parseStat(await readIfAny(`/proc/${pid}/stat`));
  return (await ps(['-p', String(pid)]))[0];
}

/** All running processes. */
export async function listProcesses(): Promise<ProcessInfo[]> {
  if (process.platform !== 'linux') return ps(['-A']);
  const found = await ofEach((pid) => readProcess(Number(pid)));
  return found.filter((info) => info !== undefined);
}

/**
 * Pids of the processes that were started with `NAME=value` in their environment, as far as the system lets this
 * user see it.
 */
export async function processesWithVariable(name: string, value: string): Promise<Set<number>> {
  const wanted = `${name}=${value}`;
  if (process.platform === 'linux') {
    const matching = await ofEach(async (pid) =>
      (await environment(pid)).includes(wanted) ? [Number(pid)] : [],
    );
    return new Set(matching.flat());
  }
  // `ps -E` appends the environment to the command.
  const { stdout } = await promisify(execFile)('/bin/ps', ['-A', '-E', '-ww', '-o', 'pid=,command='], big);
  const lines = stdout.split('\n').filter((line) => ` ${line} `.includes(` ${wanted} `));
  return new Set(lines.map((line) => Number.parseInt(line, 10)).filter(Number.isInteger));
}

const big = { maxBuffer: 64 * 1024 * 1024 };

/** Files that are open at a time: of a box that forks without end, each process has to be found. */
const batch = 200;

/** Looks at every process there is. */
async function ofEach<T>(look: (pid: string) => Promise<T>): Promise<T[]> {
  const pids = (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry));
  const found: T[] = [];
  for (let start = 0; start < pids.length; start += batch) {
    found.push(...(await Promise.all(pids.slice(start, start + batch).map(look))));
  }
  return found;
}

async function environment(pid: string): Promise<string[]> {
  return (await readIfAny(`/proc/${pid}/environ`)).split('\0');
}

/** The line of /proc/PID/stat: the second field is the command in brackets and may itself hold anything. */
function parseStat(line: string): ProcessInfo | undefined {
  const [state, parent, group, session, ...rest] = line.slice(line.lastIndexOf(')') + 2).split(' ');
  const startTime = rest[15];
  const pid = Number.parseInt(line, 10);
  if (state === undefined || 'ZXx'.includes(state) || startTime === undefined) return undefined;
  return { pid, parent: Number(parent), group: Number(group), session: Number(session), startTime };
}

/** What is gone between two looks, or belongs to somebody else, reads as empty. */
async function readIfAny(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '');
}

async function ps(which: readonly string[]): Promise<ProcessInfo[]> {
  const columns = ['-o', 'pid=,ppid=,pgid=,stat=,lstart='];
  const result = await promisify(execFile)('/bin/ps', [...which, ...columns], {
    ...big,
    env: { LC_ALL: 'C' },
  }).catch(() => ({ stdout: '' }));
  return result.stdout.split('\n').flatMap((line) => {
    const [pid, parent, group, state, ...started] = line.trim().split(/\s+/);
    if (!pid || !state || state.startsWith('Z')) return [];
    return {
      pid: Number(pid),
      parent: Number(parent),
      group: Number(group),
      session: 0,
      startTime: started.join(' '),
    };
  });
}
