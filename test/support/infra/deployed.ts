import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { unzipSync } from 'fflate';
import { projectRoot } from '../bin.ts';

/** How one invocation ended, and what it logged. */
export interface Invoked {
  readonly result?: unknown;
  readonly error?: { readonly name: string; readonly message: string; readonly stack: string };
  /** Lines of JSON. */
  readonly log: readonly Readonly<Record<string, unknown>>[];
}

/** dist/functions.zip, unpacked as Lambda unpacks it. */
export interface Deployed {
  /** The modules whose names are handlers: `create-image`. */
  readonly modules: readonly string[];
  /**
   * Calls a handler with one event after the other in a new process.
   * @param handler `create-image.handler`
   * @param env what the function is set up with; the process gets nothing else.
   */
  invoke(
    handler: string,
    events: readonly unknown[],
    env: Readonly<Record<string, string>>,
  ): Promise<Invoked[]>;
  remove(): void;
}

export function unpackFunctions(): Deployed {
  const folder = mkdtempSync(join(tmpdir(), 'devbox-functions-'));
  const files = unzipSync(readFileSync(join(projectRoot, 'dist/functions.zip')));
  for (const [path, contents] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), contents);
  }
  return {
    modules: Object.keys(files)
      .filter((path) => !path.includes('/'))
      .map((path) => path.replace(/\.mjs$/, '')),
    async invoke(handler, events, env) {
      const [module, name] = handler.split('.');
      if (name !== 'handler') throw new Error(`${handler} is not exported as handler`);
      const script = join(projectRoot, 'test/support/infra/invoke.mjs');
      const child = spawn(process.execPath, [script, join(folder, `${module}.mjs`)], {
        cwd: folder,
        env: { ...env },
        stdio: ['pipe', 'pipe', 'pipe'],
      });
      child.stdin.end(JSON.stringify(events));
      const [printed, complaints] = await Promise.all([
        text(child.stdout),
        text(child.stderr),
        once(child, 'exit'),
      ]);
      if (complaints !== '') throw new Error(`${handler}: ${complaints}`);
      const invoked: Invoked[] = [];
      let log: Invoked['log'] = [];
      for (const line of printed.trim().split('\n')) {
        const { ended, ...logged } = JSON.parse(line);
        if (ended === undefined) log = [...log, logged];
        else {
          invoked.push({ ...ended, log });
          log = [];
        }
      }
      return invoked;
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
