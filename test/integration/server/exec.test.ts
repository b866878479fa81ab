import { createHash, randomBytes } from 'node:crypto';
import { PassThrough, Writable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { interrupted } from '../../../src/base/errors.ts';
import type { Box, Provider } from '../../../src/providers/provider.ts';
import { bundleServer } from './bundle.ts';
import { createWorld, exec, processesOf, until, type World } from './world.ts';

let world: World;
let provider: Provider;
let box: Box;

beforeAll(async () => {
  world = await createWorld({ packageRoot: await bundleServer('exec') });
  provider = await world.open();
  box = await world.up(provider, 'box');
});
afterAll(async () => expect(await world.end()).toEqual([]));

const sha = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

test('keeps the two outputs apart and gives the exit code', async () => {
  const ran = await exec(provider, box, ['sh', '-c', 'echo out; echo err >&2; exit 7']);
  expect({ ...ran, stdout: ran.stdout.toString() }).toEqual({ code: 7, stdout: 'out\n', stderr: 'err\n' });
});

test('hands words over as they are: no shell looks at them', async () => {
  const words = ['a b', "it's", '$HOME', '*', '', '-n', '\n', 'ü'];
  const { stdout } = await exec(provider, box, ['printf', '[%s]', ...words]);
  expect(stdout.toString()).toBe(words.map((word) => `[${word}]`).join(''));
});

test('begins in the home', async () => {
  const { stdout } = await exec(provider, box, ['sh', '-c', 'pwd; cd; pwd; ls -d workspace']);
  const [first, second, third] = stdout.toString().split('\n');
  expect([first, third]).toEqual([second, 'workspace']);
});

test('passes ten megabytes of any bytes in and out unchanged', async () => {
  const input = randomBytes(10 * 1024 * 1024);
  const copied = await exec(provider, box, ['cat'], { stdin: input });
  expect([copied.code, copied.stdout.length, sha(copied.stdout)]).toEqual([0, input.length, sha(input)]);
});

test('has streams that can be opened by name', async () => {
  const script = 'cat /dev/stdin > /dev/stdout; echo oops > /dev/stderr';
  const ran = await exec(provider, box, ['sh', '-c', script], { stdin: 'in' });
  expect({ ...ran, stdout: ran.stdout.toString() }).toEqual({ code: 0, stdout: 'in', stderr: 'oops\n' });
});

test('gives much on both outputs at once without mixing them up', async () => {
  const script = 'head -c 3000000 /dev/zero | tr "\\0" e >&2 & head -c 3000000 /dev/zero | tr "\\0" o; wait';
  const { stdout, stderr } = await exec(provider, box, ['sh', '-c', script]);
  expect([stdout.length, stderr.length]).toEqual([3_000_000, 3_000_000]);
  expect([/^o*$/.test(stdout.toString()), /^e*$/.test(stderr)]).toEqual([true, true]);
});

test('does not wait for a command to read its input', async () => {
  expect((await exec(provider, box, ['true'], { stdin: randomBytes(5_000_000) })).code).toBe(0);
});

describe('exit codes as a shell has them', () => {
  const cases: [string, string[], number, RegExp][] = [
    ['an unknown command', ['no-such-command'], 127, /^devbox: no-such-command: command not found\n$/],
    ['no command at all', [''], 127, /command not found/],
    ['a file that is no program', ['/etc/passwd'], 126, /^devbox: \/etc\/passwd: permission denied\n$/],
    ['a word with a NUL byte', ['echo', 'a\0b'], 126, /NUL/],
    ['a command that a signal ended', ['sh', '-c', 'kill -TERM $$'], 143, /^$/],
    ['a command that was killed', ['sh', '-c', 'kill -KILL $$'], 137, /^$/],
  ];
  test.each(cases)('%s', async (_what, argv, code, message) => {
    const ran = await exec(provider, box, argv);
    expect([ran.code, ran.stdout.toString()]).toEqual([code, '']);
    expect(ran.stderr).toMatch(message);
  });
});

test('answers when the command has ended, though what it left behind holds its outputs', async () => {
  const ran = await exec(provider, box, ['sh', '-c', 'sleep 999 & echo started']);
  expect([ran.code, ran.stdout.toString()]).toEqual([0, 'started\n']);
});

test('kills the whole process group when the time is over', async () => {
  const marked = 'sleep 1234.5 & sleep 1234.5';
  await expect(exec(provider, box, ['sh', '-c', marked], { timeoutSeconds: 0.3 })).rejects.toMatchObject({
    kind: 'timed-out',
    code: 'exec/timed-out',
  });
  await until('the group is gone', async () => (await processesOf('1234.5')).length === 0);
});

test('an interruption ends the command: it gets SIGINT first, then everything goes', async () => {
  const controller = new AbortController();
  const interruptible = await world.open(controller.signal);
  const stdout = new PassThrough();
  const script = 'trap "echo caught > ~/caught; exit" INT; echo ready; while :; do sleep 0.05; done';
  const running = interruptible.server
    ?.access(box)
    .exec(
      { argv: ['sh', '-c', script, 'mark-5678'], timeoutSeconds: null },
      { stdin: new PassThrough(), stdout, stderr: new PassThrough() },
    );
  await until('the command runs', () => stdout.readableLength > 0);
  controller.abort(interrupted('stopped'));
  await expect(running).rejects.toMatchObject({ kind: 'interrupted' });
  await until('the command is gone', async () => (await processesOf('mark-5678')).length === 0);
  expect((await exec(provider, box, ['cat', 'caught'])).stdout.toString()).toBe('caught\n');
});

test('a reader that goes away ends the command as a broken pipe does', async () => {
  const stdout = new Writable({
    write: (_chunk, _encoding, done) => done(Object.assign(new Error('broken pipe'), { code: 'EPIPE' })),
  });
  const streams = { stdin: new PassThrough(), stdout, stderr: new PassThrough() };
  const request = { argv: ['yes', 'mark-9012'], timeoutSeconds: null };
  expect(await provider.server?.access(box).exec(request, streams)).toBe(141);
  await until('the command is gone', async () => (await processesOf('mark-9012')).length === 0);
});

test('a slow reader holds the command up instead of filling memory', async () => {
  let release: (() => void) | undefined;
  const stdout = new Writable({
    highWaterMark: 1,
    write(_chunk, _encoding, done) {
      if (release) done();
      else release = done;
    },
  });
  const stderr = new PassThrough();
  const script = 'head -c 8000000 /dev/zero; echo written >&2';
  const running = provider.server
    ?.access(box)
    .exec({ argv: ['sh', '-c', script], timeoutSeconds: null }, { stdin: new PassThrough(), stdout, stderr });
  await until('the first bytes are there', () => release !== undefined);
  // Far more time than writing eight megabytes takes.
  await exec(provider, box, ['sleep', '0.3']);
  expect(stderr.readableLength).toBe(0);
  expect(stdout.writableLength).toBeLessThan(2_000_000);
  release?.();
  expect(await running).toBe(0);
  expect(stderr.read()?.toString()).toBe('written\n');
});

test('a reader slower than the command itself gets everything, and the exit code', async () => {
  let release: (() => void) | undefined;
  let bytes = 0;
  const stdout = new Writable({
    highWaterMark: 1,
    write(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      if (release) done();
      else release = done;
    },
  });
  const streams = { stdin: new PassThrough(), stdout, stderr: new PassThrough() };
  const argv = ['sh', '-c', 'head -c 400000 /dev/zero; exit 7'];
  const running = provider.server?.access(box).exec({ argv, timeoutSeconds: null }, streams);
  await until('the first bytes are there', () => release !== undefined);
  // The command has ended long before this, and the server has closed the connection.
  await exec(provider, box, ['sleep', '0.5']);
  release?.();
  expect([await running, bytes]).toEqual([7, 400_000]);
});

test('a command may take longer than one timer can', async () => {
  const ran = await exec(provider, box, ['sh', '-c', 'sleep 0.2; echo ok'], { timeoutSeconds: 3_000_000 });
  expect([ran.code, ran.stdout.toString()]).toEqual([0, 'ok\n']);
});

test('a time that is no time any more is refused by name', async () => {
  await expect(exec(provider, box, ['true'], { timeoutSeconds: 1e12 })).rejects.toThrow(
    /timeout must be at most 1000000000/,
  );
});

describe('many or long words', () => {
  test('arrive if the system takes them', async () => {
    if (process.platform !== 'linux') return console.warn('skipped: other systems take fewer words');
    const words = Array.from({ length: 15 }, () => 'x'.repeat(100_000));
    const ran = await exec(provider, box, ['sh', '-c', 'printf %s "$@" | wc -c', 'sh', ...words]);
    expect([ran.code, Number(ran.stdout)]).toEqual([0, 1_500_000]);
  });

  test.each([
    ['the system', 8_000_000],
    ['the connection', 17_000_000],
  ])('that are too much for %s are refused as a shell does', async (_whom, length) => {
    const ran = await exec(provider, box, ['echo', 'x'.repeat(length)]);
    expect({ ...ran, stdout: ran.stdout.toString() }).toEqual({
      code: 126,
      stdout: '',
      stderr: 'devbox: echo: argument list too long\n',
    });
  });
});

test('fifty commands at once all get their own answer', async () => {
  const numbers = Array.from({ length: 50 }, (_, index) => String(index));
  const answers = await Promise.all(numbers.map((number) => exec(provider, box, ['echo', number])));
  expect(answers.map(({ stdout }) => stdout.toString().trim())).toEqual(numbers);
});
