import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const projectRoot = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

export interface BinResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface BinOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Written to stdin, which then ends; without it stdin is empty. */
  readonly input?: string | Buffer;
  /** Words of a program that runs the bin, such as strace. */
  readonly under?: readonly string[];
  /** Called as soon as it runs, with what sends it a signal. */
  readonly started?: (send: (signal: NodeJS.Signals) => void) => void;
  /** Sends this signal, once, as soon as stderr holds the text. */
  readonly signalAt?: { readonly text: string; readonly signal: NodeJS.Signals };
  /** How much later than that, in milliseconds. */
  readonly signalAfter?: number;
}

/** A user's account for one test: an empty home, and the built bin run in it with nothing else inherited. */
export interface Home {
  readonly path: string;
  run(argv: readonly string[], options?: BinOptions): Promise<BinResult>;
  remove(): void;
}

export function makeHome(): Home {
  const path = mkdtempSync(join(tmpdir(), 'devbox-home-'));
  return {
    path,
    run: (argv, options = {}) => runBin(path, argv, options),
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
}

function runBin(home: string, argv: readonly string[], options: BinOptions): Promise<BinResult> {
  return new Promise((resolve, reject) => {
    const words = [...(options.under ?? []), process.execPath, join(projectRoot, 'dist', 'main.js'), ...argv];
    const [program = '', ...rest] = words;
    const child = spawn(program, rest, {
      cwd: options.cwd ?? home,
      env: { PATH: process.env['PATH'], HOME: home, ...options.env },
    });
    options.started?.((signal) => child.kill(signal));
    const stdout: Buffer[] = [];
    let stderr = '';
    let { signalAt } = options;
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
      if (!signalAt || !stderr.includes(signalAt.text)) return;
      const { signal } = signalAt;
      signalAt = undefined;
      setTimeout(() => child.kill(signal), options.signalAfter ?? 0);
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout: Buffer.concat(stdout).toString(), stderr }));
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.input ?? '');
  });
}
