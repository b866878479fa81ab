// Tries devbox on the real Lambda Cloud, which costs money: npm run smoke:lambda; CONTRIBUTING.md says more.
import { fileURLToPath } from 'node:url';
import { importBundled } from '../import-bundled.mjs';

const { main } = await importBundled('scripts/smoke/main.ts');
const projectRoot = fileURLToPath(new URL('../../', import.meta.url));
process.exitCode = await main(process.argv.slice(2), { env: process.env, projectRoot });
