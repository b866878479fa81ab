import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { engineParts } from '../../../scripts/engine-parts.mjs';

const root = new URL('../../..', import.meta.url).pathname;

/** What CommonJS code expects to have, for ES modules that bundle some. */
export const commonJsNames = [
  "import { createRequire as toRequire } from 'node:module';",
  "import { fileURLToPath as toPath } from 'node:url';",
  'const require = toRequire(import.meta.url), __filename = toPath(import.meta.url);',
].join('\n');

/**
 * Bundles the server as the product has it, below node_modules so that its external parts are found.
 * @param name a directory of its own for each test file: they run at the same time.
 * @returns what stands for the package's directory.
 */
export async function bundleServer(name: string): Promise<string> {
  const directory = join(root, 'node_modules', '.cache', 'devbox-test', name);
  await mkdir(join(directory, 'dist'), { recursive: true });
  await build({
    entryPoints: {
      server: join(root, 'src/server/main.ts'),
      keeper: join(root, 'src/server/engine/process/keeper/main.ts'),
      terminal: join(root, 'src/server/terminal/holder/main.ts'),
    },
    outdir: join(directory, 'dist'),
    outExtension: { '.js': '.mjs' },
    bundle: true,
    plugins: [engineParts],
    format: 'esm',
    platform: 'node',
    target: 'node20',
    external: ['@lydell/node-pty'],
    banner: { js: commonJsNames },
    logLevel: 'warning',
  });
  return directory;
}
