import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { availableParallelism, totalmem } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { BoxStats } from '../engine.ts';

/** Between two readings of how long processes have run, in milliseconds: ten or more of the kernel's ticks. */
const spanMilliseconds = 150;
/** Of a second, on every Linux that there is. */
const ticksPerSecond = 100;

/** What the processes of a box use together. What ends between the readings counts for its parent, if that waits. */
export async function measure(
  find: () => Promise<readonly { readonly pid: number }[]>,
  memoryGb: number | null,
): Promise<BoxStats> {
  const pids = (await find()).map(({ pid }) => pid);
  const used = process.platform === 'linux' ? await readProc(pids, find) : await askPs(pids);
  return {
    cpuCores: availableParallelism(),
    memoryLimit: memoryGb === null ? totalmem() : memoryGb * 1024 ** 3,
    memoryCache: null,
    // The network is the machine's.
    networkReceived: null,
    networkSent: null,
    ...used,
  };
}

type Used = Pick<BoxStats, 'cpuPercent' | 'memoryUsed' | 'blockRead' | 'blockWritten' | 'processes'>;

async function readProc(
  pids: readonly number[],
  find: () => Promise<readonly { readonly pid: number }[]>,
): Promise<Used> {
  const start = performance.now();
  const before = await sum(pids, cpuTicks);
  await sleep(spanMilliseconds);
  const now = (await find()).map(({ pid }) => pid);
  const after = await sum(now, cpuTicks);
  const seconds = (performance.now() - start) / 1000;
  return {
    cpuPercent: Math.max(0, ((after - before) / ticksPerSecond / seconds) * 100),
    memoryUsed: await sum(now, memoryBytes),
    blockRead: await sum(now, ioBytes('read_bytes')),
    blockWritten: await sum(now, ioBytes('write_bytes')),
    processes: now.length,
  };
}

async function sum(pids: readonly number[], value: (pid: number) => Promise<number>): Promise<number> {
  return (await Promise.all(pids.map(value))).reduce((total, each) => total + each, 0);
}

/** User and system time of a process and of its children that it has waited for. */
async function cpuTicks(pid: number): Promise<number> {
  const line = await read(`/proc/${pid}/stat`);
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
  return fields.slice(11, 15).reduce((total, field) => total + Number(field), 0);
}

/** Its share of the memory that it uses; where that cannot be seen, all of it. */
async function memoryBytes(pid: number): Promise<number> {
  const share = /^Pss:\s+(\d+) kB/m.exec(await read(`/proc/${pid}/smaps_rollup`))?.[1];
  if (share !== undefined) return Number(share) * 1024;
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(await read(`/proc/${pid}/status`))?.[1] ?? 0) * 1024;
}

const ioBytes =
  (field: string) =>
  async (pid: number): Promise<number> =>
    Number(new RegExp(`^${field}: (\\d+)`, 'm').exec(await read(`/proc/${pid}/io`))?.[1] ?? 0);

/** What has ended between two looks reads as empty. */
async function read(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '');
}

async function askPs(pids: readonly number[]): Promise<Used> {
  const { stdout } = await promisify(execFile)('/bin/ps', ['-o', '%cpu=,rss=', '-p', pids.join(',') || '0'], {
    env: { LC_ALL: 'C' },
  }).catch(() => ({ stdout: '' }));
  const rows = stdout.split('\n').flatMap((line) => {
    const [cpu, kilobytes] = line.trim().split(/\s+/).map(Number);
    return cpu === undefined || kilobytes === undefined ? [] : [{ cpu, bytes: kilobytes * 1024 }];
  });
  return {
    cpuPercent: rows.reduce((total, { cpu }) => total + cpu, 0),
    memoryUsed: rows.reduce((total, { bytes }) => total + bytes, 0),
    blockRead: null,
    blockWritten: null,
    processes: rows.length,
  };
}
