// Boxes of this machine through the bin and the server, as ratios to what the same costs without either: a command, 50 at once, the
// echo of a terminal, a large copy, a long list. Needs `npm run build`. Usage: npm run bench, or node bench/server.mjs TURNS
import { createWriteStream } from 'node:fs';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawn as spawnPty } from '@lydell/node-pty';
import { WebSocket } from 'ws';
import { compare, main, median, runs, say, timed } from './measure.mjs';

const turns = Number(process.argv[2] ?? 15);
const gibibyte = 1024 ** 3;
const home = await mkdtemp(join(tmpdir(), 'devbox-bench-'));
const env = { ...process.env, HOME: home, XDG_RUNTIME_DIR: '' };
const options = { env, cwd: home };

const devbox = (...argv) => runs(process.execPath, [main, ...argv], options);
const sh = (script) => runs('/bin/sh', ['-c', script], options);
const many = (count, action) => Promise.all(Array.from({ length: count }, action));
const show = (label, { ratio, own, other }, what) =>
  say(label, `${ratio.toFixed(2)} x ${what} (${own.toFixed(0)} ms to ${other.toFixed(0)} ms)`);

/** Path of the server's socket. */
async function socketPath() {
  const directory = join(home, '.local/state/devbox/run');
  const name = (await readdir(directory)).find((entry) => entry.endsWith('.sock'));
  return join(directory, name);
}

/** One call of the API; rejects where it is refused. */
function call(socket, method, path, body) {
  return new Promise((resolve, reject) => {
    const headers = body === undefined ? {} : { 'content-type': 'application/json' };
    const request = httpRequest({ socketPath: socket, method, path, headers }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (part) => {
        text += part;
      });
      answer.on('end', () => {
        if (answer.statusCode < 400) resolve(JSON.parse(text));
        else reject(new Error(`${method} ${path}: ${answer.statusCode} ${text}`));
      });
    });
    request.on('error', reject);
    request.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

/** Milliseconds from a typed letter to its echo, many times. */
async function echoes(type, onOutput, count) {
  const times = [];
  let seen = () => undefined;
  onOutput(() => seen());
  for (let i = 0; i < count; i++) {
    times.push(
      await timed(
        () =>
          new Promise((resolve) => {
            seen = resolve;
            type('x');
          }),
      ),
    );
    // A line that gets too long is drawn anew.
    if (i % 40 === 39) {
      await new Promise((resolve) => {
        seen = resolve;
        type('\u0015');
      });
    }
  }
  return times.toSorted((a, b) => a - b);
}

const percentile = (sorted, share) => sorted[Math.floor(sorted.length * share)];

async function terminalEcho(socket, id) {
  const { terminal } = await call(socket, 'POST', `/v1/containers/${id}/terminal`);
  const client = new WebSocket(`ws://localhost${new URL(terminal.terminal_url).pathname}/ws`, ['tty'], {
    createConnection: () => connect(socket),
  });
  await new Promise((resolve) => client.once('open', resolve));
  let output = () => undefined;
  client.on('message', (data) => {
    if (data[0] === 0x30) output();
  });
  const prompted = new Promise((resolve) => {
    output = resolve;
  });
  client.send(JSON.stringify({ AuthToken: '', columns: 80, rows: 24 }));
  await prompted;
  const times = await echoes(
    (text) => client.send(Buffer.from(`0${text}`)),
    (listener) => {
      output = listener;
    },
    400,
  );
  client.close();
  return times;
}

async function plainEcho() {
  const pty = spawnPty('/bin/sh', [], { env: { PATH: env.PATH, PS1: '$ ' } });
  const listeners = new Set();
  pty.onData(() => {
    for (const listener of listeners) listener();
  });
  await new Promise((resolve) => {
    listeners.add(resolve);
  });
  const times = await echoes(
    (text) => pty.write(text),
    (listener) => listeners.add(listener),
    400,
  );
  pty.kill();
  return times;
}

/** A file of a gibibyte that no copy can guess. */
async function makeLarge(path) {
  const block = Buffer.from(Array.from({ length: 1 << 20 }, () => Math.random() * 256));
  const file = createWriteStream(path);
  for (let i = 0; i < 1024; i++) {
    block.writeUInt32LE(i);
    if (!file.write(Buffer.from(block))) await new Promise((resolve) => file.once('drain', resolve));
  }
  await new Promise((resolve) => file.end(resolve));
}

async function copies(name) {
  const [from, back] = [join(home, 'large'), join(home, 'back')];
  await makeLarge(from);
  const plain = median([
    await timed(() => sh(`cp ${from} ${back} && rm ${back}`)),
    await timed(() => sh(`cp ${from} ${back} && rm ${back}`)),
    await timed(() => sh(`cp ${from} ${back} && rm ${back}`)),
  ]);
  const up = await timed(() => devbox('cp', from, `${name}:large`));
  const down = await timed(() => devbox('cp', `${name}:large`, back));
  if ((await stat(back)).size !== gibibyte) throw new Error('the copy is not whole');
  const speed = (ms) => `${(plain / ms).toFixed(2)} of a plain copy (${(1000 / ms).toFixed(2)} GiB/s)`;
  say('cp of 1 GiB into a box', speed(up));
  say('cp of 1 GiB out of a box', speed(down));
}

async function lists(socket, existing) {
  const listed = async (label) =>
    show(
      label,
      await compare(
        () => devbox('ls', 'api=local'),
        () => runs(process.execPath, ['-e', '0'], options),
        turns,
      ),
      'bare node',
    );
  await listed('ls of 1 box');
  const ids = [];
  const making = await timed(async () => {
    for (let i = 0; i < 200; i++) {
      const { container_id: id } = await call(socket, 'POST', '/v1/containers', { server_name: `many-${i}` });
      ids.push(id);
    }
  });
  say('making a box', `${(making / 200).toFixed(0)} ms`);
  if ((await call(socket, 'GET', '/v1/containers')).length !== 200 + existing)
    throw new Error('boxes missing');
  await listed('ls of 201 boxes');
  for (const id of ids) await call(socket, 'DELETE', `/v1/containers/${id}?purge=true`);
}

console.log(`boxes of this machine, node ${process.version}, ${turns} pairs a case, medians`);
try {
  await devbox('up', 'api=local', 'instance_name=bench');
  const socket = await socketPath();
  const [{ uuid: id, devbox: own }] = await call(socket, 'GET', '/v1/containers');
  say('isolation', own.isolation);
  const exec = () => devbox('exec', 'bench', '--', 'true');
  const node = () => runs(process.execPath, ['-e', '0'], options);
  const bare = () => sh('true');
  const asked = () => call(socket, 'POST', `/v1/containers/${id}/exec`, { command: 'true' });
  show('exec through bin and server', await compare(exec, node, turns), 'bare node');
  show('exec as a request', await compare(asked, bare, turns), 'bare sh');
  show(
    '50 at once through bin and server',
    await compare(
      () => many(50, exec),
      () => many(50, node),
      3,
    ),
    '50 bare nodes',
  );
  show(
    '50 at once as requests',
    await compare(
      () => many(50, asked),
      () => many(50, bare),
      7,
    ),
    '50 bare shells',
  );
  const [through, plain] = [await terminalEcho(socket, id), await plainEcho()];
  for (const share of [0.5, 0.95]) {
    const [ours, theirs] = [percentile(through, share), percentile(plain, share)];
    const figures = `${(ours / theirs).toFixed(2)} x a plain pty (${ours.toFixed(2)} ms to ${theirs.toFixed(2)} ms)`;
    say(`echo of a terminal, p${share * 100}`, figures);
  }
  await copies('bench');
  await lists(socket, 1);
} finally {
  const left = await socketPath().catch(() => undefined);
  if (left) {
    for (const { uuid } of await call(left, 'GET', '/v1/containers'))
      await call(left, 'DELETE', `/v1/containers/${uuid}?purge=true`);
  }
  await rm(home, { recursive: true, force: true });
}
