// Calls a handler as Lambda does, in a process of its own: node invoke.mjs MODULE TIMES < event.json. Prints what it logs;
// the last line is how it ended. TIMES calls it so often in the same process, as Lambda does with a warm one.
import { text } from 'node:stream/consumers';

const [module, times = '1'] = process.argv.slice(2);
const event = JSON.parse(await text(process.stdin));
const began = performance.now();
const { handler } = await import(module);
const loaded = performance.now() - began;
const invocation = { awsRequestId: '8f5d3c1e', getRemainingTimeInMillis: () => 60_000 };
for (let n = 0; n < Number(times); n++) {
  const ended = await handler(event, invocation).then(
    (result) => ({ result: result ?? null }),
    ({ name, message, stack }) => ({ error: { name, message, stack } }),
  );
  process.stdout.write(`${JSON.stringify({ ...ended, loaded: Math.round(loaded) })}\n`);
}
process.exit();
