import { readFileSync, writeSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Script } from 'node:vm';
import type { start } from './cli/start.ts';

/** Compiled files of this process; the build runs a few commands and keeps their compiled form from here. */
export const scripts = new Map<string, Script>();

type Chunk = (
  exports: unknown,
  require: (id: string) => unknown,
  module: { exports: unknown },
  filename: string,
  dirname: string,
  url: string,
  importModule: (id: string) => Promise<unknown>,
) => void;

const folder = join(__dirname, 'app');
const folderUrl = pathToFileURL(folder).href;
const outside = createRequire(__filename);
const chunks = new Map<string, Chunk>();
const loaded = new Map<string, { exports: unknown }>();

/** Loads a chunk of the bundle: out of a file read before, or out of its own. */
function loadChunk(name: string): unknown {
  const known = loaded.get(name);
  if (known) return known.exports;
  if (!chunks.has(name)) readFile(name);
  const module: { exports: unknown } = { exports: {} };
  loaded.set(name, module);
  const inside = (id: string): unknown => (id.startsWith('./') ? loadChunk(id.slice(2)) : outside(id));
  const url = `${folderUrl}/${name}`;
  // A compiled script has no loader of its own, so it borrows the import of this file.
  const importModule = (id: string): Promise<unknown> => import(new URL(id, url).href);
  chunks.get(name)?.(module.exports, inside, module, join(folder, name), folder, url, importModule);
  return module.exports;
}

/**
 * Reads a file of chunks, which is a mapping from their names to functions, with the V8 code cache that lies beside
 * it. A cache that is missing or made by another V8 only costs time.
 */
function readFile(name: string): void {
  const file = join(folder, name);
  const cachedData = readCache(`${file}.cache`);
  const script = new Script(readFileSync(file, 'utf8'), { filename: file, cachedData });
  scripts.set(file, script);
  const found: Record<string, Chunk> = script.runInThisContext();
  for (const [each, chunk] of Object.entries(found)) if (!chunks.has(each)) chunks.set(each, chunk);
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
  const chunk = loadChunk('start.js');
  if (isStart(chunk)) process.exitCode = await chunk.start(argv, packageRoot);
}

/** For what went wrong before or after anybody could show it properly. */
function lastResort(error: unknown): void {
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  const text = process.env['DEVBOX_DEBUG'] ? (stack ?? message) : message.replace(/\s+/g, ' ');
  writeSync(2, `devbox: ${text}\n`);
  process.exit(1);
}

if (require.main === module) {
  process.on('uncaughtException', lastResort);
  main(process.argv.slice(2)).catch(lastResort);
}
