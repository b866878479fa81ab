import { Readable, Writable } from 'node:stream';
import { DevboxError } from '../../base/errors.ts';
import type { Box, Provider } from '../../providers/provider.ts';
import type { BoxAccess } from '../../remote/access.ts';
import { accessTo } from '../access.ts';
import type { CommandDeps } from '../command.ts';
import type { SshConfig } from '../settings.ts';

/** Seconds for one look into a box. */
const patienceSeconds = 20;

/** The busiest GPU in percent, if there is one. */
const gpus =
  'command -v nvidia-smi >/dev/null && nvidia-smi --query-gpu=utilization.gpu --format=csv,noheader,nounits 2>/dev/null | sed "s/^/gpu /"';

/** On a machine: who is logged in, and the load of 15 minutes with the number of cores. */
const machineScript = [
  'echo logins $(who 2>/dev/null | wc -l)',
  gpus,
  'echo load $(cut -d" " -f3 /proc/loadavg) $(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 1)',
].join('; ');

/** In a container, where nobody logs in: how many of its processes are on a terminal. Its load is that of its host. */
const containerScript = [
  'n=0; for f in /proc/[0-9]*/stat; do set -- $(sed "s/.*) //" "$f" 2>/dev/null); [ "${5:-0}" = 0 ] || n=$((n+1)); done',
  'echo logins $n',
  gpus,
].join('; ');

/** A GPU below this does nothing, in percent. */
const idleGpu = 5;
/** Load for each core below which a machine does nothing. */
const idleLoad = 0.1;

/**
 * Whether a box is in use: somebody is logged in, a GPU works, or its cores have something to do.
 * @returns null where the box could not be asked, or did not answer in full.
 */
export async function isInUse(
  box: Box,
  provider: Provider,
  ssh: SshConfig,
  deps: CommandDeps,
): Promise<boolean | null> {
  if (box.phase !== 'ready') return null;
  const chunks: Buffer[] = [];
  const sink = (keep: boolean) =>
    new Writable({
      write(chunk, _encoding, done) {
        if (keep) chunks.push(Buffer.from(chunk));
        done();
      },
    });
  const isContainer = box.reach.kind === 'server';
  try {
    const access = await accessTo({ box, provider }, ssh, deps);
    await access.exec(
      {
        argv: ['sh', '-c', isContainer ? containerScript : machineScript],
        timeoutSeconds: patienceSeconds,
      },
      { stdin: Readable.from([]), stdout: sink(true), stderr: sink(false) },
    );
    const said = Buffer.concat(chunks).toString('utf8');
    return usedAsSaid(isContainer ? `${said}\nload ${await coresAtWork(access)} 1\n` : said);
  } catch (error) {
    if (error instanceof DevboxError && error.kind !== 'interrupted') return null;
    throw error;
  }
}

/** How many cores a container keeps busy. */
async function coresAtWork(access: BoxAccess): Promise<number> {
  const { cpuPercent } = await access.stats();
  return cpuPercent === null ? Number.NaN : cpuPercent / 100;
}

/** Reads what the script prints; null where it is not whole. */
export function usedAsSaid(text: string): boolean | null {
  const lines = text.split('\n').map((line) => line.trim().split(/\s+/));
  const numbers = (word: string): number[][] =>
    lines.filter(([first]) => first === word).map(([, ...rest]) => rest.map(Number));
  const logins = numbers('logins')[0]?.[0];
  const [load, cores] = numbers('load')[0] ?? [];
  if (logins === undefined || load === undefined || cores === undefined) return null;
  if (![logins, load, cores].every(Number.isFinite)) return null;
  const gpu = Math.max(
    0,
    ...numbers('gpu').map(([percent = 0]) => (Number.isFinite(percent) ? percent : 100)),
  );
  return logins > 0 || gpu >= idleGpu || load / Math.max(1, cores) >= idleLoad;
}
