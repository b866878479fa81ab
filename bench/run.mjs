// Prints ratios taken in one run: each command line as a whole process against a bare `node -e 0`, turn by turn.
// Usage: npm run bench, or node bench/run.mjs RUNS
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compare, main, runs } from './measure.mjs';

const turns = Number(process.argv[2] ?? 21);
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

const node = (argv) => runs(process.execPath, argv, { env, cwd: home });

console.log(`node ${process.version}, ${turns} pairs a case, medians`);
try {
  for (const { name, argv, goal } of cases) {
    const { ratio, own, other } = await compare(
      () => node([main, ...argv]),
      () => node(['-e', '0']),
      turns,
    );
    const figures = `${ratio.toFixed(2)} x bare node (${own.toFixed(0)} ms to ${other.toFixed(0)} ms)`;
    console.log(`${name.padEnd(32)} ${figures}${goal ? `, goal ${goal}` : ''}`);
  }
} finally {
  server.close();
  await rm(home, { recursive: true, force: true });
}
