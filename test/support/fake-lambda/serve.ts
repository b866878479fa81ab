import { startFakeLambda } from './server.ts';

const [port = '8088', capacityRefusals = '2', bootSeconds = '10'] = process.argv.slice(2);
const fake = await startFakeLambda({
  port: Number(port),
  capacityRefusals: Number(capacityRefusals),
  bootMilliseconds: Number(bootSeconds) * 1000,
});
process.stdout.write(
  [
    `A fake Lambda Cloud listens. Point devbox at it:`,
    `  export LAMBDA_API_KEY=${fake.apiKey}`,
    `  devbox command=list api.base_url=${fake.baseUrl}`,
    `Ctrl-C ends it.`,
    '',
  ].join('\n'),
);

let shown = 0;
let told = 0;
setInterval(() => {
  for (; shown < fake.requests.length; shown++) {
    const request = fake.requests[shown];
    process.stdout.write(`${request?.method} ${request?.path}\n`);
  }
  for (; told < fake.problems.length; told++) process.stdout.write(`  problem: ${fake.problems[told]}\n`);
}, 100);
