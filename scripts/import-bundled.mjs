import { build } from 'esbuild';

const root = new URL('../', import.meta.url);

/**
 * Imports a module of the project that is written in TypeScript, which Node 20 cannot run, without leaving a file.
 * @param path below the root of the project.
 * @param external what the module names and nobody uses here; see esbuild.
 */
export async function importBundled(path, { external = [] } = {}) {
  const { outputFiles } = await build({
    entryPoints: [new URL(path, root).pathname],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    external,
  });
  const [{ text }] = outputFiles;
  return import(`data:text/javascript,${encodeURIComponent(text)}`);
}
