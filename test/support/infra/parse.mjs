// Prints the `.tf` files of the given folders as JSON, by folder. In a process of its own: the parser is WebAssembly that
// leaves timers behind.
import { convertFiles } from '@cdktf/hcl2json';

const folders = process.argv.slice(2);
const parsed = {};
for (const folder of folders) parsed[folder] = await convertFiles(folder);
process.stdout.write(JSON.stringify(parsed), () => process.exit());
