import { writeSync } from 'node:fs';
import { hostname, userInfo } from 'node:os';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { systemClock } from '../base/clock.ts';
import type { Context, Output, Paths } from '../base/context.ts';
import { DevboxError, interrupted } from '../base/errors.ts';
import { cleanLine } from '../base/text.ts';

/**
 * Everything that devbox knows of the world outside, taken from the running process.
 * @param packageRoot the folder that holds conf/, presets/ and dist/, absolute.
 */
export function processContext(packageRoot: string, version: string): Context {
  const { env } = process;
  const unanswered = new Set<{ readonly what: string }>();
  return {
    // Opened when somebody asks: most commands never read.
    stdin: {
      get stream() {
        return process.stdin;
      },
      get isTTY() {
        return process.stdin.isTTY === true;
      },
    },
    stdout: output(process.stdout),
    stderr: output(process.stderr),
    env,
    get cwd() {
      return workingDirectory();
    },
    paths: findPaths(env, packageRoot, process.platform),
    clock: systemClock,
    random: Math.random,
    signal: interruptSignal(unanswered),
    unanswered,
    user: { name: userName(), host: hostName(env) },
    version,
  };
}

/** @throws DevboxError of kind `failed` where the directory was removed or cannot be seen. */
function workingDirectory(): string {
  try {
    return process.cwd();
  } catch (cause) {
    throw new DevboxError('failed', 'the working directory is gone, or may not be seen', {
      code: 'system/cwd',
      title: 'System Error',
      hint: 'Change to another directory: cd ~',
      cause,
    });
  }
}

function output(stream: Writable & { isTTY?: boolean; columns?: number }): Output {
  return {
    stream,
    isTTY: stream.isTTY === true,
    // A pty may report no width at all.
    get columns() {
      return stream.columns || 80;
    },
  };
}

/**
 * Where devbox keeps things: the XDG directories on every system, because people who use it share dotfiles
 * between Linux and macOS. Relative values are ignored, as the XDG specification asks; so is a relative HOME.
 * @throws DevboxError of kind `failed` where neither HOME nor the password file names a home.
 */
export function findPaths(
  env: Readonly<Record<string, string | undefined>>,
  packageRoot: string,
  platform: NodeJS.Platform,
): Paths {
  const home = env['HOME']?.startsWith('/') ? env['HOME'] : homeOfUser();
  const under = (variable: string, fallback: string): string => {
    const value = env[variable];
    return join(value?.startsWith('/') ? value : join(home, fallback), 'devbox');
  };
  const state = under('XDG_STATE_HOME', '.local/state');
  const hasRuntime = platform === 'linux' && env['XDG_RUNTIME_DIR']?.startsWith('/') === true;
  return {
    home,
    config: under('XDG_CONFIG_HOME', '.config'),
    state,
    data: under('XDG_DATA_HOME', '.local/share'),
    runtime: hasRuntime ? under('XDG_RUNTIME_DIR', '') : join(state, 'run'),
    package: packageRoot,
  };
}

function homeOfUser(): string {
  try {
    return userInfo().homedir;
  } catch (cause) {
    throw new DevboxError('failed', 'there is no home directory: set HOME to an absolute path', {
      code: 'system/home',
      title: 'System Error',
      cause,
    });
  }
}

/** What this machine is called in leases and locks: machines that share them need names of their own. */
function hostName(env: Readonly<Record<string, string | undefined>>): string {
  return cleanLine(env['DEVBOX_HOST'] ?? '', 100) || hostname();
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // A user id without an entry in the password file, as in some containers.
    return `uid-${process.getuid?.() ?? 'unknown'}`;
  }
}

/** Aborts at the first Ctrl-C or SIGTERM; the second one ends the process at once, but says what is left open. */
function interruptSignal(unanswered: Context['unanswered']): AbortSignal {
  const controller = new AbortController();
  const stop = (): void => {
    if (controller.signal.aborted) {
      if (unanswered.size > 0) sayLeftOpen([...unanswered].map(({ what }) => what));
      process.exit(130);
    }
    controller.abort(interrupted('Stopped before the end'));
  };
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, stop);
  return controller.signal;
}

/** Nothing that is not written at once gets out any more. */
function sayLeftOpen(changes: readonly string[]): void {
  try {
    writeSync(
      process.stderr.fd,
      `\nEnded before the answer came to: ${changes.join(', ')}. It may have happened; devbox list shows what exists.\n`,
    );
  } catch {
    // The reader has gone, or takes nothing now.
  }
}
