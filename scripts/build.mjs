// Makes dist/: main.js and app/ (CommonJS chunks of the start-up path, with V8 code caches), ui.mjs (Ink),
// server.mjs (the box server), terminal.mjs (what holds a terminal), keeper.mjs (which keeps boxes' logs), compose.mjs
// (the library), functions.zip (what AWS Lambda runs) and schema/ (JSON Schemas for editors).
import { execFileSync } from 'node:child_process';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, transform } from 'esbuild';
import { engineParts } from './engine-parts.mjs';
import { buildFunctions } from './functions.mjs';
import { buildTypes } from './types.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(root, 'dist');

const common = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node20.19',
  // Modules first: what is CommonJS cannot be split, and a dynamic import of it has no names.
  mainFields: ['module', 'main'],
  minify: true,
  keepNames: false,
  legalComments: 'none',
  logLevel: 'warning',
  define: {
    'process.env.NODE_ENV': '"production"',
    // Node 20 is what devbox promises; that AWS' library will ask for more is nothing to tell its users.
    'process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED': '"true"',
  },
  external: ['@lydell/node-pty'],
};

/** What src/main.ts hands each chunk. */
const chunkHead = 'function(exports,require,module,__filename,__dirname,__chunkUrl,__importModule){';

/** Modules that a library names but that are never reached here. */
const stubs = {
  name: 'stubs',
  setup({ onResolve, onLoad }) {
    const unreached = /^(react-devtools-core|typescript)$/;
    onResolve({ filter: unreached }, ({ path }) => ({ path, namespace: 'stub' }));
    // Ink would stay silent on a real terminal where CI is set; devbox decides that before it calls Ink.
    onResolve({ filter: /^is-in-ci$/ }, ({ path }) => ({ path, namespace: 'stub' }));
    onLoad({ filter: /^is-in-ci$/, namespace: 'stub' }, () => ({ contents: 'export default false;' }));
    // With DEV set, Ink would look for its developer tools, which are not there.
    onLoad({ filter: /\/ink\/build\/utils\.js$/ }, () => ({ contents: 'export const isDev = () => false;' }));
    onLoad({ filter: unreached, namespace: 'stub' }, () => ({ contents: 'export default undefined;' }));
    // What got can do and devbox never asks for. The first of them makes a TLS context when it is loaded, which takes
    // longer than all the rest of a short command.
    const unasked = /^(http2-wrapper|cacheable-lookup|cacheable-request)$/;
    onResolve({ filter: unasked }, ({ path }) => ({ path, namespace: 'stub' }));
    onLoad({ filter: unasked, namespace: 'stub' }, () => ({
      contents: 'export default class {} export class CacheError extends Error {}',
    }));
    // The engine needs only the parser of js-yaml; who needs more gets a copy that is loaded later.
    onResolve({ filter: /^js-yaml$/ }, ({ importer }) => ({
      path: join(root, 'node_modules', 'js-yaml', 'dist', 'js-yaml.mjs'),
      ...(importer.includes(join('src', 'compose')) ? {} : { suffix: '?whole' }),
    }));
  },
};

/** Ink needs top-level await, so it stays an ES module beside the CommonJS chunks. */
const inkApart = {
  name: 'ink-apart',
  setup({ onResolve }) {
    onResolve({ filter: /\/ink\/index\.tsx$/ }, () => ({ path: '../ui.mjs', external: true }));
  },
};

/** zod's maker of JSON Schemas hangs on the files that every schema comes through; only one command needs it. */
const schemaMakerApart = {
  name: 'schema-maker-apart',
  setup({ onResolve, onLoad }) {
    const maker = join(root, 'node_modules', 'zod', 'v4', 'core', 'json-schema-processors.js');
    onResolve({ filter: /^zod\/v4\/core$/ }, () => ({ path: maker }));
    onResolve({ filter: /json-schema(-processors)?\.js$/ }, ({ path, importer }) =>
      /\/zod\/v4\/(core\/index|mini\/external)\.js$/.test(importer)
        ? { path, namespace: 'apart' }
        : undefined,
    );
    onLoad({ filter: /^/, namespace: 'apart' }, () => ({
      contents: 'export const toJSONSchema = undefined;',
    }));
  },
};

/** What CommonJS code expects to have, for ES modules that bundle some. */
const commonJsNames = {
  js: [
    "import { createRequire as __createRequire } from 'node:module';",
    "import { fileURLToPath as __fileURLToPath } from 'node:url';",
    "import { dirname as __dirnameOf } from 'node:path';",
    'const require = __createRequire(import.meta.url);',
    'const __filename = __fileURLToPath(import.meta.url);',
    'const __dirname = __dirnameOf(__filename);',
  ].join(''),
};

/**
 * The first lines of the bin, which sh and Node both understand. Started as `#!/usr/bin/env node`, Node 20 would take
 * an `--env-file` for its own wherever it stands on the command line; behind `--` it takes nothing.
 */
const binHead = '#!/bin/sh\n":" //; exec node -- "$0" "$@"';

await rm(dist, { recursive: true, force: true });
await mkdir(join(dist, 'app'), { recursive: true });
await Promise.all([
  buildApp(),
  buildTypes(root),
  buildFunctions(root, { ...common, plugins: [stubs, inkApart], banner: commonJsNames }),
  build({
    ...common,
    plugins: [stubs],
    entryPoints: ['src/ui/ink/index.tsx'],
    format: 'esm',
    outfile: 'dist/ui.mjs',
    banner: commonJsNames,
  }),
  build({
    ...common,
    plugins: [stubs, engineParts],
    entryPoints: ['src/server/main.ts'],
    format: 'esm',
    outfile: 'dist/server.mjs',
    banner: commonJsNames,
  }),
  build({
    ...common,
    plugins: [stubs],
    entryPoints: ['src/server/terminal/holder/main.ts'],
    format: 'esm',
    outfile: 'dist/terminal.mjs',
    banner: commonJsNames,
  }),
  build({
    ...common,
    entryPoints: ['src/server/engine/process/keeper/main.ts'],
    format: 'esm',
    outfile: 'dist/keeper.mjs',
  }),
  build({ ...common, entryPoints: ['src/compose/index.ts'], format: 'esm', outfile: 'dist/compose.mjs' }),
  build({
    ...common,
    entryPoints: ['src/main.ts'],
    format: 'cjs',
    outfile: 'dist/main.js',
    banner: { js: binHead },
  }),
  writeFile(join(dist, 'package.json'), '{ "type": "commonjs" }\n'),
]);
execFileSync('chmod', ['755', join(dist, 'main.js')]);
execFileSync(process.execPath, [join(root, 'scripts', 'code-cache.cjs')], { stdio: 'inherit' });
await writeSchemas();

/**
 * esbuild splits only ES modules, so the chunks are made as such and each is turned into CommonJS, which starts
 * faster. Their dynamic imports of one another become lazy requires; those of Ink and of Node stay imports, through
 * the function that src/main.ts hands in.
 */
async function buildApp() {
  const { outputFiles, metafile } = await build({
    ...common,
    plugins: [stubs, inkApart, schemaMakerApart],
    // CommonJS has no import.meta; src/main.ts hands each chunk its address under this name.
    define: { ...common.define, 'import.meta.url': '__chunkUrl' },
    entryPoints: { start: 'src/cli/start.ts' },
    format: 'esm',
    splitting: true,
    outdir: 'dist/app',
    chunkNames: '[name]-[hash]',
    write: false,
    metafile: true,
  });
  const outputs = new Map(Object.entries(metafile.outputs).map(([path, output]) => [basename(path), output]));
  const codes = new Map(
    await Promise.all(
      outputFiles.map(async ({ path, text }) => [basename(path), await commonJs(text, outputs)]),
    ),
  );
  const first = packed('start.js', ['print-config'], new Set(), outputs);
  const work = packed('dispatch', [], new Set(first), outputs);
  for (const name of codes.keys()) {
    const members = [first, work].find(([entry]) => entry === name) ?? [name];
    const functions = members.map((each) => `${JSON.stringify(each)}:${chunkHead}${codes.get(each)}\n}`);
    await writeFile(join(dist, 'app', name), `({${functions.join(',\n')}})`);
  }
}

async function commonJs(text, outputs) {
  const { code } = await transform(text, {
    format: 'cjs',
    platform: 'node',
    target: 'node20.19',
    minify: true,
  });
  const lazy = code.replace(/\bimport\("\.\/([\w.-]+)"\)/g, (whole, name) =>
    outputs.has(name) ? `Promise.resolve().then(()=>require("./${name}"))` : whole,
  );
  // What is a module and no chunk: Ink, and the parts of Node that AWS' library loads when it needs them.
  return lazy.replace(/\bimport\("(\.\.\/ui\.mjs|node:[\w/]+)"\)/g, '__importModule("$1")');
}

/**
 * The chunks that go into one file with an entry, because they are always needed with it: fewer files start faster.
 * Each stays a file of its own too, for those who need it without the entry.
 * @param more further entries, by the start of their names.
 * @param there chunks that are loaded by then.
 */
function packed(entry, more, there, outputs) {
  const names = [...outputs.keys()];
  const entries = [entry, ...more].map((start) => names.find((name) => name.startsWith(start)));
  const members = new Set();
  const visit = (name) => {
    if (there.has(name) || members.has(name)) return;
    members.add(name);
    for (const { path, kind } of outputs.get(name).imports) {
      if (kind === 'import-statement' && outputs.has(basename(path))) visit(basename(path));
    }
  };
  for (const each of entries) visit(each);
  return [...members];
}

/** The schemas that the first lines of the shipped YAML files name: of each group and of the two files beside them. */
async function writeSchemas() {
  const entries = await readdir(join(root, 'conf'), { withFileTypes: true });
  const groups = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  const shipped = ['--config-dir', join(root, 'presets'), '--config-path', join(root, 'conf')];
  await mkdir(join(dist, 'schema'));
  for (const name of ['config', 'project', ...groups]) {
    const schema = execFileSync(process.execPath, [
      join(dist, 'main.js'),
      'schema',
      name,
      '--json',
      ...shipped,
    ]);
    await writeFile(join(dist, 'schema', `${name}.json`), schema);
  }
}
