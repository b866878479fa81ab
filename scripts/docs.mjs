// Writes the pages that are made from the code: docs/providers.md.
import { writeFile } from 'node:fs/promises';
import { importBundled } from './import-bundled.mjs';

// Providers are opened by nobody here.
const external = ['*/index.ts', '*/open.ts'];
const { providerMatrix } = await importBundled('scripts/provider-matrix.ts', { external });
await writeFile(new URL('../docs/providers.md', import.meta.url), providerMatrix());
