import { startFakeGpulab } from './server.ts';

const [port = '8089'] = process.argv.slice(2);
const fake = await startFakeGpulab({ port: Number(port) });
process.stdout.write(
  [
    'A fake GPULab listens. Point devbox at it:',
    `  export GPULAB_API_URL=${fake.baseUrl} GPULAB_API_KEY=${fake.apiKey}`,
    '  devbox ls',
    'Ctrl-C ends it.',
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
