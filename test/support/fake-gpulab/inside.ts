import { execFile } from 'node:child_process';
import { type Containers, type FakeContainer, missing } from './containers.ts';
import { type Outcome, ok, refuse, text, whole } from './outcome.ts';

/** `GET .../logs`: one text for both streams. */
export function logs(containers: Containers, uuid: string, query: URLSearchParams, now: number): Outcome {
  const container = containers.find(uuid);
  if (!container) return missing;
  const since = sinceOf(query.get('since'), now);
  if (since === undefined) return refuse(422, 'The since field is invalid.');
  const fresh = container.logs.filter(({ at }) => at >= since);
  const tail = Number(query.get('tail') ?? fresh.length);
  const lines = fresh
    .slice(Math.max(0, fresh.length - tail))
    .map((line) =>
      query.get('timestamps') === 'true' ? `${new Date(line.at).toISOString()} ${line.text}` : line.text,
    );
  return ok({ logs: lines.map((line) => `${line}\n`).join(''), timestamp: Math.floor(now / 1000) });
}

/** Unix seconds, or an age such as `10m`; in milliseconds since 1970. */
function sinceOf(value: string | null, now: number): number | undefined {
  if (value === null) return 0;
  if (/^\d+$/.test(value)) return Number(value) * 1000;
  const [, amount, unit] = /^(\d+)([smhd])$/.exec(value) ?? [];
  const seconds = { s: 1, m: 60, h: 3600, d: 86_400 }[unit ?? ''];
  return seconds === undefined ? undefined : now - Number(amount) * seconds * 1000;
}

export function stats(containers: Containers, uuid: string): Outcome {
  const container = containers.find(uuid);
  if (!container) return missing;
  if (!runs(container)) return ok({ success: false, message: 'Container is not running' });
  return ok({
    success: true,
    message: '',
    stats: {
      cpu_percentage: 12.5,
      memory_percentage: 25.0,
      memory_usage: 1_073_741_824,
      memory_limit: 4_294_967_296,
      memory_cache: 0,
      network_rx: 1000,
      network_tx: 2000,
      block_read: 3000,
      block_write: 4000,
      pids: 7,
      timestamp: '2026-11-27T10:00:00Z',
    },
  });
}

/** `POST .../exec`: really runs the command, by `sh -c` in the imitation's own directory. */
export async function exec(
  containers: Containers,
  uuid: string,
  body: Readonly<Record<string, unknown>>,
  directory: string,
): Promise<Outcome> {
  const container = containers.find(uuid);
  if (!container) return missing;
  const { command, timeout } = body;
  if (!text(command)) return refuse(422, 'The command field is required.');
  if (!whole(timeout) || timeout < 1 || timeout > 300)
    return refuse(422, 'The timeout must be between 1 and 300.');
  if (!runs(container)) return refuse(409, 'Container is not running');
  return new Promise((resolve) => {
    execFile(
      'sh',
      ['-c', command],
      {
        cwd: directory,
        env: { HOME: directory, PATH: process.env['PATH'] },
        timeout: timeout * 1000,
        maxBuffer: 64 << 20,
      },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 124;
        resolve(ok({ stdout, stderr, exit_code: code }));
      },
    );
  });
}

function runs({ statuses }: FakeContainer): boolean {
  return ['running', 'healthy', 'unhealthy'].includes(statuses[0] ?? '');
}
