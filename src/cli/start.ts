import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { processContext } from './context.ts';
import { run } from './run.ts';

/**
 * Runs one command line in this process.
 * @param packageRoot the folder that holds conf/, presets/ and dist/, absolute.
 * @returns the exit status.
 */
export function start(argv: readonly string[], packageRoot: string): Promise<number> {
  return run(argv, processContext(packageRoot, versionOf(packageRoot)));
}

function versionOf(packageRoot: string): string {
  const content: unknown = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8'));
  return typeof content === 'object' && content !== null && 'version' in content
    ? String(content.version)
    : 'unknown';
}
