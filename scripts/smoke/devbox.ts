import { spawn } from 'node:child_process';
import { join } from 'node:path';
import * as z from 'zod/mini';
import type { Env } from './gate.ts';

/** What devbox said with `--json` where it failed. */
export interface BinError {
  /** Its exit status; null where a signal ended it. */
  readonly exit: number | null;
  /** Such as `global/quota-exceeded`; empty where it gave none. */
  readonly code: string;
  readonly message: string;
  /** The HTTP status of the answer behind it, if there was one. */
  readonly status: number | null;
}

/** How a command ended. */
export interface Ran {
  readonly exit: number | null;
  /** What it printed; undefined where that is no JSON. */
  readonly json: unknown;
  /** What it said of its failure; null where it had none. */
  readonly error: BinError | null;
}

/** Runs the built bin with `--json`. */
export type Devbox = (words: readonly string[], options?: RunOptions) => Promise<Ran>;

export interface RunOptions {
  /** The words after `--`. */
  readonly rest?: readonly string[];
  /** Its first abort is Ctrl-C for the command. */
  readonly signal?: AbortSignal | undefined;
}

/** Longest time for one command, in milliseconds: a box with eight GPUs takes a quarter of an hour to boot. */
const longest = 60 * 60_000;

export interface Place {
  readonly projectRoot: string;
  readonly env: Env;
  readonly cwd: string;
}

/** @param settings key=value for every command. */
export function devboxIn(place: Place, settings: readonly string[]): Devbox {
  return async (words, { rest = [], signal } = {}) => {
    const argv = [...words, ...settings, '--json', ...(rest.length === 0 ? [] : ['--', ...rest])];
    const { exit, stdout, stderr } = await runBin(place, argv, signal);
    const json = parsed(stdout);
    const isFine = exit === 0 || (json !== undefined && stderr === '');
    return { exit, json, error: isFine ? null : errorIn(stderr, exit) };
  };
}

interface Ended {
  readonly exit: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function runBin(
  { projectRoot, env, cwd }: Place,
  argv: readonly string[],
  signal: AbortSignal | undefined,
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    // In a session of its own: Ctrl-C reaches it once, through here, and nothing in it can ask the terminal.
    const child = spawn(process.execPath, [join(projectRoot, 'dist', 'main.js'), ...argv], {
      cwd,
      env: { ...env },
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const interrupt = (): void => void child.kill('SIGINT');
    const timer = setTimeout(interrupt, longest);
    signal?.addEventListener('abort', interrupt, { once: true });
    let [stdout, stderr] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.once('error', reject);
    child.once('close', (exit) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', interrupt);
      resolve({ exit, stdout, stderr });
    });
  });
}

const errorDocument = z.object({
  error: z.object({ code: z.string(), message: z.string(), status: z.optional(z.string()) }),
});

/** The error document on stderr, below what else was said there. */
function errorIn(stderr: string, exit: number | null): BinError {
  const start = stderr.lastIndexOf('{\n  "error"');
  const said = errorDocument.safeParse(start < 0 ? undefined : parsed(stderr.slice(start)));
  if (!said.success) {
    const message = stderr.trim().slice(-200) || 'it said nothing';
    return { exit, code: '', message: `it ended with ${exit}: ${message}`, status: null };
  }
  const { code, message, status } = said.data.error;
  return { exit, code, message, status: status === undefined ? null : Number(status) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
