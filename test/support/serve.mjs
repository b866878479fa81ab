// Starts an imitation by hand: node test/support/serve.mjs fake-lambda|fake-gpulab|fake-aws [ARGUMENT...]
// Node 20 runs no TypeScript, so esbuild makes one module of it first.
import { rm } from 'node:fs/promises';
import { build } from 'esbuild';

const [name] = process.argv.splice(2, 1);
const folder = name === 'fake-aws' ? 'aws' : name;
// Beside the source, so that packages are found from it.
const outfile = new URL(`${folder}/serve.${process.pid}.mjs`, import.meta.url);
await build({
  entryPoints: [new URL(`${folder}/serve.ts`, import.meta.url).pathname],
  outfile: outfile.pathname,
  bundle: true,
  packages: 'external',
  platform: 'node',
  format: 'esm',
  target: 'node20',
});
const started = import(outfile.href);
await started.finally(() => rm(outfile, { force: true }));
