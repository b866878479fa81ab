// Makes dist/functions.zip: what AWS Lambda runs for projects, one module for each function and what they share. The same
// sources give the same bytes, so that an apply sees a change only where there is one.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { zipSync } from 'fflate';

/** Each is a file in src/functions, and the handler of one function in infra/aws. */
const names = ['create-snapshots', 'create-image', 'mark-ready', 'delete-volume', 'cleanup-dns', 'reconcile'];

/** A date for every file of the zip: the earliest that the format knows, in the zone of whoever builds. */
const noDate = new Date(1980, 0, 1);

/**
 * @param root the folder of package.json, absolute.
 * @param settings of esbuild, as for the rest of dist/.
 */
export async function buildFunctions(root, settings) {
  const { outputFiles } = await build({
    ...settings,
    absWorkingDir: root,
    target: 'node22',
    entryPoints: Object.fromEntries(names.map((name) => [name, `src/functions/${name}.ts`])),
    format: 'esm',
    splitting: true,
    outdir: 'dist/functions',
    chunkNames: 'shared/[hash]',
    outExtension: { '.js': '.mjs' },
    define: { ...settings.define, devboxVersion: JSON.stringify(await versionOf(root)) },
    write: false,
  });
  const folder = join(root, 'dist/functions');
  const files = [
    ...outputFiles.map(({ path, contents }) => [path.slice(folder.length + 1), contents]),
    // What the reaper composes its configuration of.
    ...(await filesIn(root, 'conf')),
    ...(await filesIn(root, 'presets')),
  ].sort(([one], [other]) => (one < other ? -1 : 1));
  const entries = files.map(([path, contents]) => [
    path,
    [contents, { mtime: noDate, os: 3, attrs: 0o644 << 16 }],
  ]);
  await writeFile(join(root, 'dist/functions.zip'), zipSync(Object.fromEntries(entries), { level: 9 }));
}

/** All files below a folder, with their contents, by their path from the root. */
async function filesIn(root, folder) {
  const entries = await readdir(join(root, folder), { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
  return Promise.all(paths.map(async (path) => [path.slice(root.length + 1), await readFile(path)]));
}

async function versionOf(root) {
  return JSON.parse(await readFile(join(root, 'package.json'), 'utf8')).version;
}
