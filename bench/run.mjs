// Prints ratios taken in one run: each command line as a whole process against a bare `node -e 0`, turn by turn, so
// that a machine that gets slower meanwhile slows both. Usage: npm run bench [-- RUNS]
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const runs = Number(process.argv[2] ?? 21);
const main = join(dirname(dirname(fileURLToPath(import.meta.url))), 'dist', 'main.js');
const home = await mkdtemp(join(tmpdir(), 'devbox-bench-'));
// The user's own environment, as a user has it: a variable such as NODE_EXTRA_CA_CERTS makes every node slower.
const env = { ...process.env, HOME: home, LAMBDA_API_KEY: 'bench' };

const server = createServer((_request, answer) => {
  answer.setHeader('content-type', 'application/json');
  answer.end('{"data":[]}');
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const api = `api.base_url=http://127.0.0.1:${server.address().port}/api/v1`;

const cases = [
  { name: '--version', argv: ['--version'] },
  { name: '--help', argv: ['--help'] },
  { name: '--cfg job command=up_gh200', argv: ['--cfg', 'job', 'command=up_gh200'], goal: 1.5 },
  { name: 'list --json (loopback server)', argv: ['command=list', '--json', api], goal: 2.2 },
];

/** Milliseconds of one whole process, which must succeed. */
function time(argv) {
  return new Promise((resolve, reject) => {
    const start = process.hrtime.bigint();
    const child = spawn(process.execPath, argv, { env, cwd: home, stdio: ['ignore', 'ignore', 'pipe'] });
    let complaint = '';
    child.stderr.on('data', (data) => {
      complaint += data;
    });
    child.on('close', (code) => {
      if (code === 0) resolve(Number(process.hrtime.bigint() - start) / 1e6);
      else reject(new Error(`${argv.join(' ')} ended with ${code}: ${complaint}`));
    });
  });
}

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];

console.log(`node ${process.version}, ${runs} pairs a case, medians`);
try {
  for (const { name, argv, goal } of cases) {
    await time([main, ...argv]);
    const ratios = [];
    const own = [];
    const bare = [];
    for (let run = 0; run < runs; run++) {
      bare.push(await time(['-e', '0']));
      own.push(await time([main, ...argv]));
      ratios.push(own[run] / bare[run]);
    }
    const figures = `${median(ratios).toFixed(2)} x bare node (${median(own).toFixed(0)} ms to ${median(bare).toFixed(0)} ms)`;
    console.log(`${name.padEnd(32)} ${figures}${goal ? `, goal ${goal}` : ''}`);
  }
} finally {
  server.close();
  await rm(home, { recursive: true, force: true });
}
