// Calls a handler as Lambda does, in a process of its own: node invoke.mjs MODULE < events.json. Calls it with one event
// after the other, as Lambda does in a warm process. Prints what it logs; each call ends with a line about how it ended.
import { text } from 'node:stream/consumers';

const [module] = process.argv.slice(2);
const events = JSON.parse(await text(process.stdin));
const { handler } = await import(module);
const invocation = { awsRequestId: '8f5d3c1e', getRemainingTimeInMillis: () => 60_000 };
for (const event of events) {
  const ended = await handler(event, invocation).then(
    (result) => ({ result: result ?? null }),
    ({ name, message, stack }) => ({ error: { name, message, stack } }),
  );
  process.stdout.write(`${JSON.stringify({ ended })}\n`);
}
process.exit();
