// Writes the pages that are made from the code: docs/providers.md.
import { writeFile } from 'node:fs/promises';
import { build } from 'esbuild';

const root = new URL('../', import.meta.url);
const { outputFiles } = await build({
  entryPoints: [new URL('scripts/provider-matrix.ts', root).pathname],
  bundle: true,
  write: false,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  // Providers are opened by nobody here.
  external: ['*/index.ts', '*/open.ts'],
});
const [{ text }] = outputFiles;
const { providerMatrix } = await import(`data:text/javascript,${encodeURIComponent(text)}`);
await writeFile(new URL('docs/providers.md', root), providerMatrix());
