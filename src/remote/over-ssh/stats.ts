import type { BoxStats, GpuStats } from '../access.ts';
import type { SshLink } from './exec.ts';
import { notUnderstood, runScript } from './script.ts';

/**
 * Prints what a Linux machine uses, one thing a line, each with a word in front that says what it is. Half a second lies
 * between the two looks at the processors.
 */
const script = `
echo 'devbox-stats 1'
echo "cpus $(getconf _NPROCESSORS_ONLN 2>/dev/null || nproc)"
read -r line < /proc/stat && echo "before $line"
sleep 0.5
read -r line < /proc/stat && echo "after $line"
while read -r key value unit; do
  case $key in MemTotal:|MemAvailable:) echo "memory $key $value" ;; esac
done < /proc/meminfo
for link in /sys/class/net/*; do
  name=\${link##*/}
  case $name in lo|docker*|veth*|br-*|virbr*|'*') continue ;; esac
  [ -r "$link/statistics/rx_bytes" ] || continue
  echo "network $(cat "$link/statistics/rx_bytes") $(cat "$link/statistics/tx_bytes")"
done
for disk in /sys/block/*; do
  case \${disk##*/} in loop*|ram*|zram*|dm-*|md*|sr*|'*') continue ;; esac
  [ -r "$disk/stat" ] && read -r line < "$disk/stat" && echo "disk $line"
done
echo "df $(df -kP / | tail -n 1)"
set -- /proc/[0-9]*
echo "processes $#"
if command -v nvidia-smi >/dev/null 2>&1; then
  nvidia-smi --query-gpu=name,memory.used,memory.total,utilization.gpu,temperature.gpu \\
    --format=csv,noheader,nounits 2>/dev/null | while read -r line; do echo "gpu $line"; done
fi
echo end
`;

/** What a box that is reached over SSH uses now: the whole machine. */
export async function statsOverSsh(link: SshLink): Promise<BoxStats> {
  return parseStats((await runScript(link, script, [], 256 * 1024)).toString('utf8'));
}

const sectorBytes = 512;
const kibibyte = 1024;
const mebibyte = 1024 ** 2;

/** Reads the answer of the script. @throws DevboxError for a line that it does not write, or where its end is missing. */
export function parseStats(answer: string): BoxStats {
  const lines = answer.split('\n');
  if (lines[0] !== 'devbox-stats 1') throw notUnderstood(lines[0] ?? '');
  const found = new Map<string, string[]>();
  for (const line of lines.slice(1)) {
    const [, word = '', rest = ''] = /^(\w+) ?(.*)$/.exec(line) ?? [];
    if (line !== '' && !isKnown(word)) throw notUnderstood(line);
    found.set(word, [...(found.get(word) ?? []), rest]);
  }
  if (!found.has('end')) throw notUnderstood(lines.at(-1) ?? '');
  const all = (word: string): string[] => found.get(word) ?? [];
  const numbers = (word: string): number[][] => all(word).map(numbersIn);
  const [cpuCores = null] = numbers('cpus')[0] ?? [];
  const memory = (key: string): number | null => {
    const value = all('memory').find((line) => line.startsWith(`${key}: `));
    return value === undefined ? null : (numbersIn(value.slice(key.length + 2))[0] ?? 0) * kibibyte;
  };
  const [total, available] = [memory('MemTotal'), memory('MemAvailable')];
  const disk = all('df')[0]?.match(/ (\d+) +(\d+) +\d+ +\d+% +\/$/);
  return {
    cpuPercent: cpuPercent(all('before')[0], all('after')[0], cpuCores),
    cpuCores,
    memoryUsed: total !== null && available !== null ? total - available : null,
    memoryLimit: total,
    networkReceived: sum(numbers('network'), 0, 1),
    networkSent: sum(numbers('network'), 1, 1),
    blockRead: sum(numbers('disk'), 2, sectorBytes),
    blockWritten: sum(numbers('disk'), 6, sectorBytes),
    diskUsed: disk ? Number(disk[2]) * kibibyte : null,
    diskTotal: disk ? Number(disk[1]) * kibibyte : null,
    processes: numbers('processes')[0]?.[0] ?? null,
    gpus: all('gpu').map(gpuStats),
  };
}

const words = ['cpus', 'before', 'after', 'memory', 'network', 'disk', 'df', 'processes', 'gpu', 'end'];
const isKnown = (word: string): boolean => words.includes(word);

function numbersIn(text: string): number[] {
  const numbers = text.trim().split(/\s+/).map(Number);
  if (numbers.every((number) => Number.isSafeInteger(number) && number >= 0)) return numbers;
  throw notUnderstood(text);
}

function sum(rows: readonly number[][], column: number, unit: number): number | null {
  return rows.length === 0 ? null : rows.reduce((total, row) => total + (row[column] ?? 0), 0) * unit;
}

/** From two first lines of /proc/stat; 100 is one core. */
function cpuPercent(
  before: string | undefined,
  after: string | undefined,
  cores: number | null,
): number | null {
  const [first, last] = [ticks(before), ticks(after)];
  if (!first || !last || cores === null || last.total <= first.total) return null;
  const share = 1 - (last.idle - first.idle) / (last.total - first.total);
  return Math.round(Math.min(1, Math.max(0, share)) * cores * 1000) / 10;
}

function ticks(line: string | undefined): { readonly total: number; readonly idle: number } | undefined {
  if (line === undefined) return undefined;
  if (!line.startsWith('cpu ')) throw notUnderstood(line);
  // user nice system idle iowait irq softirq steal; guest time behind them is part of user.
  const times = numbersIn(line.slice(4)).slice(0, 8);
  return { total: times.reduce((a, b) => a + b, 0), idle: (times[3] ?? 0) + (times[4] ?? 0) };
}

/** A line of nvidia-smi; it says `[N/A]` or `[Not Supported]` of what it does not know. */
function gpuStats(line: string): GpuStats {
  const fields = line.split(', ');
  const [used, total, utilisation, temperature] = fields.slice(-4).map((field) => {
    return /^\d+(\.\d+)?$/.test(field) ? Number(field) : null;
  });
  const name = fields.slice(0, -4).join(', ');
  if (name === '') throw notUnderstood(line);
  const inBytes = (mib: number | null | undefined): number | null => (mib == null ? null : mib * mebibyte);
  return {
    name,
    memoryUsed: inBytes(used),
    memoryTotal: inBytes(total),
    utilisation: utilisation ?? null,
    temperature: temperature ?? null,
  };
}
