// Writes the declarations of the library, dist/types, for `import ... from 'devbox/compose'`.
import { execFile } from 'node:child_process';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

/**
 * Makes the declarations with the compiler, keeps those that the public one leads to, and lets them refer to one
 * another as every compiler and module resolution understands.
 */
export async function buildTypes(root) {
  const types = join(root, 'dist', 'types');
  const compiler = join(
    dirname(createRequire(import.meta.url).resolve('typescript/package.json')),
    'bin',
    'tsc',
  );
  const config = join(root, 'scripts', 'types.tsconfig.json');
  await promisify(execFile)(process.execPath, [compiler, '--project', config]);
  const kept = new Set();
  await rewrite(join(types, 'compose', 'index.d.ts'), kept);
  const all = await readdir(types, { recursive: true, withFileTypes: true });
  const files = all.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  await Promise.all(files.filter((file) => !kept.has(file)).map((file) => rm(file)));
  // The package inside is CommonJS for the start-up path; the library is an ES module.
  await writeFile(join(types, 'package.json'), '{ "type": "module" }\n');
}

const specifier = /(\bfrom |\bimport\()(['"])(\.{1,2}\/[^'"]+)\.ts\2/g;

async function rewrite(file, done) {
  if (done.has(file)) return;
  done.add(file);
  const text = await readFile(file, 'utf8');
  const next = [...text.matchAll(specifier)].map(([, , , path]) => join(dirname(file), `${path}.d.ts`));
  await writeFile(file, text.replace(specifier, '$1$2$3.js$2'));
  for (const each of next) await rewrite(each, done);
}
