import { Readable } from 'node:stream';
import type { Check, Looked } from '../acquire/checks.ts';
import { capturedStream } from '../base/captured.ts';
import { DevboxError } from '../base/errors.ts';
import { cleanLine, cleanText, clip } from '../base/text.ts';
import type { Box, Provider } from '../providers/provider.ts';
import type { BoxAccess } from '../remote/access.ts';
import { accessTo } from './access.ts';
import type { CommandDeps, CommonConfig } from './command.ts';

/**
 * What has to hold before a box that is reached over SSH counts as usable, as far as the settings of `wait` ask for it: it can
 * be entered, cloud-init is over, and its GPUs answer. None for other boxes.
 */
export async function usableChecks(
  box: Box,
  provider: Provider,
  { ssh, wait }: Pick<CommonConfig, 'ssh' | 'wait'>,
  deps: CommandDeps,
): Promise<Check[]> {
  if (box.reach.kind !== 'ssh' || !wait.ssh) return [];
  const access = await accessTo({ box, provider }, ssh, deps);
  const { clock } = deps.context;
  const checks = [sshCheck(access, wait.ssh_timeout, () => clock.monotonic())];
  if (wait.cloud_init) checks.push(cloudInitCheck(access, wait.cloud_init_timeout));
  const promised = wait.gpus ? await promisedGpus(box, provider) : 0;
  if (promised !== 0) checks.push(gpuCheck(access, promised, wait.gpus_timeout));
  return checks;
}

/** How long another host key may only mean that the box has not set up its own yet, in milliseconds. */
const settlingMilliseconds = 60_000;

function sshCheck(access: BoxAccess, timeoutSeconds: number, now: () => number): Check {
  const start = now();
  return {
    part: 'ssh',
    timeoutSeconds,
    async look() {
      try {
        const { code, stderr } = await ask(access, 'exit 0');
        return code === 0
          ? { state: 'passed', message: 'SSH answers' }
          : {
              state: 'pending',
              message: lastLine(stderr).replace(/^ssh: /, '') || `ssh ended with status ${code}`,
            };
      } catch (error) {
        if (!(error instanceof DevboxError) || error.code !== 'remote/host-key-changed') throw error;
        if (now() - start > settlingMilliseconds) throw error;
        return { state: 'pending', message: 'it shows another host key', error };
      }
    },
  };
}

/** Says how far cloud-init is, and where it failed, what its commands wrote last. */
const cloudInitScript = `
command -v cloud-init >/dev/null 2>&1 || { echo "status: absent"; exit 0; }
cloud-init status --long 2>&1
code=$?
echo "exit: $code"
`;

/** Lines of cloud-init's log that an error shows. */
const shownLines = 10;

function cloudInitCheck(access: BoxAccess, timeoutSeconds: number): Check {
  return {
    part: 'cloud-init',
    timeoutSeconds,
    async look(): Promise<Looked> {
      const { code, stdout, stderr } = await ask(access, cloudInitScript);
      if (code !== 0) return { state: 'pending', message: lastLine(stderr) || `no answer (status ${code})` };
      const [, status = ''] = /^status: *(.+)$/m.exec(stdout) ?? [];
      switch (status.trim()) {
        case 'done':
          return { state: 'passed', message: 'cloud-init is done' };
        case 'absent':
        case 'disabled':
          return { state: 'passed', message: `cloud-init is ${status.trim()}` };
        case 'error':
        case 'degraded':
          // With status 2 it went on to its end and only complains.
          if (/^exit: 2$/m.test(stdout))
            return { state: 'passed', message: 'cloud-init is done, and complains' };
          return {
            state: 'failed',
            message: 'cloud-init failed',
            details: await cloudInitDetails(access, stdout),
          };
        default:
          return { state: 'pending', message: cleanLine(status, 80) || 'no status yet' };
      }
    },
  };
}

async function cloudInitDetails(
  access: BoxAccess,
  said: string,
): Promise<{ label: string; value: string }[]> {
  const log = await access.deployLog().catch(() => '');
  const own = said.replace(/^exit: .*$/m, '');
  return [
    { label: 'cloud-init', value: lastLines(own) },
    { label: 'Its log', value: lastLines(log) },
  ].filter(({ value }) => value !== '');
}

const gpuScript = 'command -v nvidia-smi >/dev/null 2>&1 || exit 127; nvidia-smi -L';

/** @param promised how many the type has; null where nobody says, so that any number will do, and none without a driver. */
function gpuCheck(access: BoxAccess, promised: number | null, timeoutSeconds: number): Check {
  return {
    part: 'gpus',
    timeoutSeconds,
    async look(): Promise<Looked> {
      const { code, stdout, stderr } = await ask(access, gpuScript);
      const found = stdout.match(/^GPU \d+:/gm)?.length ?? 0;
      if (code === 127 && promised === null) return { state: 'passed', message: 'there is no nvidia-smi' };
      if (code === 127) return { state: 'pending', message: 'there is no nvidia-smi yet' };
      if (code !== 0) return { state: 'pending', message: lastLine(stdout || stderr) || `status ${code}` };
      if (found >= (promised ?? 1))
        return { state: 'passed', message: found === 1 ? '1 GPU answers' : `${found} GPUs answer` };
      return { state: 'pending', message: `${found} of ${promised ?? 1}` };
    },
  };
}

/** GPUs that the type of a box has; null where that is not known. */
async function promisedGpus({ type }: Box, { catalogue }: Provider): Promise<number | null> {
  const types = (await catalogue?.types().catch(() => [])) ?? [];
  return types.find(({ name }) => name === type)?.gpus ?? null;
}

/** Seconds that a question to a box may take. */
const askSeconds = 60;

interface Answer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a script on a box. What takes too long is no answer: 255, as where ssh did not get through. */
async function ask(access: BoxAccess, script: string): Promise<Answer> {
  const [stdout, stderr] = [capturedStream(100_000), capturedStream(100_000)];
  const streams = { stdin: Readable.from([]), stdout: stdout.stream, stderr: stderr.stream };
  try {
    const code = await access.exec({ argv: ['/bin/sh', '-c', script], timeoutSeconds: askSeconds }, streams);
    return { code, stdout: cleanText(stdout.text()), stderr: cleanText(stderr.text()) };
  } catch (error) {
    if (!(error instanceof DevboxError) || error.kind !== 'timed-out') throw error;
    return { code: 255, stdout: '', stderr: error.message };
  }
}

const lastLine = (text: string): string => cleanLine(text.trim().split('\n').at(-1) ?? '', 200);

function lastLines(text: string): string {
  const lines = text.trim().split('\n').slice(-shownLines);
  return lines.map((line) => clip(line, 190)).join('\n');
}
