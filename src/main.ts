import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Script } from 'node:vm';
import type { start } from './cli/start.ts';

/** Compiled chunks of this process; the build runs a few commands and keeps their compiled form from here. */
export const scripts = new Map<string, Script>();

const loaded = new Map<string, { exports: unknown }>();

/**
 * Loads a chunk of the bundle with the V8 code cache that lies beside it. A cache that is missing or made by
 * another V8 only costs time.
 */
export function loadChunk(file: string): unknown {
  const known = loaded.get(file);
  if (known) return known.exports;
  const module: { exports: unknown } = { exports: {} };
  loaded.set(file, module);
  const source = readFileSync(file, 'utf8');
  const names = '(function (exports, require, module, __filename, __dirname, __chunkUrl, __importModule) {';
  const script = new Script(`${names}${source}\n})`, {
    filename: file,
    cachedData: readCache(`${file}.cache`),
  });
  scripts.set(file, script);
  const outside = createRequire(file);
  const inside = (id: string): unknown =>
    id.startsWith('./') ? loadChunk(join(dirname(file), id)) : outside(id);
  const url = pathToFileURL(file).href;
  // A compiled script has no loader of its own, so it borrows the import of this file.
  const importModule = (id: string): Promise<unknown> => import(new URL(id, url).href);
  script.runInThisContext()(module.exports, inside, module, file, dirname(file), url, importModule);
  return module.exports;
}

function readCache(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}

/** The folder that the package is installed in. */
const packageRoot = dirname(__dirname);

function isStart(chunk: unknown): chunk is { start: typeof start } {
  return typeof chunk === 'object' && chunk !== null && 'start' in chunk;
}

/** Runs a command line; the exit status becomes that of the process when nothing is left to do. */
export async function main(argv: readonly string[]): Promise<void> {
  const chunk = loadChunk(join(__dirname, 'app', 'start.js'));
  if (isStart(chunk)) process.exitCode = await chunk.start(argv, packageRoot);
}

if (require.main === module) main(process.argv.slice(2));
