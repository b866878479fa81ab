// Starts the fake server by hand: node test/support/fake-lambda/serve.mjs [PORT [REFUSALS [BOOT_SECONDS]]]
// Node 20 runs no TypeScript, so esbuild makes one module of it first.
import { build } from 'esbuild';

const result = await build({
  entryPoints: [new URL('serve.ts', import.meta.url).pathname],
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  write: false,
});
const source = Buffer.from(result.outputFiles[0].contents).toString('base64');
await import(`data:text/javascript;base64,${source}`);
