import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:os';
import { identify, type ProcessIdentity } from '../../identity.ts';
import type { AllocatedGpu, Exit } from '../engine.ts';
import { bubblewrapArgv } from './isolation/bubblewrap.ts';
import type { Place } from './isolation/places.ts';
import type { Sandbox } from './isolation/sandbox.ts';
import { passVariables } from './isolation/variables.ts';
import { memoryLimited } from './limits.ts';
import type { RunPipes } from './log/runs.ts';
import type { RunStatus } from './run-status.ts';

export interface MainProcess {
  /** Undefined where it ended before it could be looked at; in a sandbox also the first process within. */
  readonly running: (ProcessIdentity & { readonly init: ProcessIdentity | null }) | undefined;
  readonly exited: Promise<Exit>;
}

export interface MainOptions {
  /** Null runs it as any other process. */
  readonly sandbox: Sandbox | null;
  readonly box: {
    readonly name: string;
    readonly home: string;
    readonly places: readonly Place[];
    readonly gpus: readonly AllocatedGpu[];
    readonly memoryGb: number | null;
  };
  /** Null keeps an idle box. */
  readonly command: string | null;
  readonly env: Readonly<Record<string, string>>;
  /** Where its output goes; null throws it away. */
  readonly pipes: RunPipes | null;
  /** Where it is written down how it goes. */
  readonly status: RunStatus;
}

/** What keeps a box alive that has nothing to run: waits for ever, uses nothing, goes at the first signal. */
const idle: [string, ...string[]] = ['tail', '-f', '/dev/null'];
/** Where that is found, whatever the box's own PATH says. */
const idlePath = '/usr/bin:/bin:/run/current-system/sw/bin';

/**
 * Waits until somebody reads the two pipes, then holds each open for reading, too: a reader that dies costs nothing
 * of what is written.
 */
const attach = 'exec 8>"$1" 9>"$2"; exec 1<>"$1" 2<>"$2" 8>&- 9>&-; status=$0; shift 2';

/** Runs the command, and writes down how that ended. */
const run =
  'echo \'{"ready": 1}\' >>"$status"; "$@"; c=$?; echo "{\\"exit-code\\": $c}" >>"$status"; exit "$c"';

/** Makes the sandbox, with its descriptors as bubblewrap.ts has them; what goes wrong before it begins is no output. */
const enclose = 'exec 9>&2 2>>"$status" 7>>"$status" 8>>"$status"; exec "$@"';

/**
 * Starts the main process of a box in a session of its own, so that it outlives the server.
 * @returns when the command runs.
 * @throws what kept it from starting; of a sandbox that could not be made, in the words of who makes it.
 */
export async function startMain(options: MainOptions): Promise<MainProcess> {
  const { sandbox, box, command, pipes, status } = options;
  const argv = await memoryLimited(box.memoryGb, mainArgv(options));
  const [file, ...args] = argv;
  const env = command === null ? { ...options.env, PATH: idlePath } : options.env;
  const child = spawn(file, args, {
    cwd: box.home,
    env: sandbox ? passVariables(env).outside : env,
    detached: true,
    stdio: 'ignore',
  });
  const exited = exitOf(child);
  const pid = await spawned(child);
  if (sandbox || pipes) await status.ready(child);
  if (sandbox && !(await status.hasBegun())) {
    await exited;
    throw new Error(await status.complaint());
  }
  const first = sandbox ? await status.firstProcess() : null;
  const [identity, init] = await Promise.all([identify(pid), first === null ? undefined : identify(first)]);
  if (!identity || (sandbox && !init)) return { running: undefined, exited };
  // From now on it may outlive the server.
  child.unref();
  return { running: { ...identity, init: init ?? null }, exited };
}

function mainArgv({ sandbox, box, command, env, pipes, status }: MainOptions): [string, ...string[]] {
  const argv: [string, ...string[]] = command === null ? idle : ['/bin/sh', '-c', command];
  if (!sandbox && !pipes) return argv;
  const enclosed = sandbox
    ? bubblewrapArgv(sandbox, {
        name: box.name,
        home: box.home,
        mounts: box.places,
        gpus: box.gpus,
        env,
        argv,
        isHeard: pipes !== null,
      })
    : argv;
  const script = [pipes ? attach : 'status=$0', sandbox ? enclose : run].join('\n');
  const streams = pipes ? [pipes.stdout, pipes.stderr] : [];
  return ['/bin/sh', '-c', script, status.path, ...streams, ...enclosed];
}

/** Resolves with the pid once the program runs, rejects with Node's own error where it cannot. */
export function spawned(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('spawn', () => resolve(child.pid ?? 0));
  });
}

/** How a child ends. Never rejects: what does not start never resolves. */
export function exitOf(child: ChildProcess): Promise<Exit> {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve(exitFrom(code, signal)));
  });
}

/** An exit in the numbers of a shell. */
export function exitFrom(code: number | null, signal: NodeJS.Signals | null): Exit {
  return { code: code ?? 128 + (signal ? constants.signals[signal] : 0), signal };
}
