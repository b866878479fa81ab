import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type BinOptions, type Home, makeHome } from '../support/bin.ts';

let home: Home;
let work: string;
beforeAll(async () => {
  home = makeHome();
  work = join(home.path, 'work');
  mkdirSync(work);
});
afterAll(async () => {
  await devbox('down', 'copied', 'purge=true');
  home.remove();
});

// The server stays as long as the next command needs, and goes after the last one.
const run = (argv: string[], options: BinOptions = {}) =>
  home.run([...argv, 'api=local', 'api.idle_timeout=1'], { cwd: work, ...options });
const devbox = (...argv: string[]) => run(argv);
const json = async (...argv: string[]) => JSON.parse((await devbox(...argv, '--json')).stdout);

describe('volumes', () => {
  it('are made, shown, resized and copied', async () => {
    expect(await json('volumes')).toEqual([]);
    const made = await json('volumes', 'create', '--name', 'data', '--size', '5', '--description', 'for all');
    expect(made).toMatchObject({
      name: 'data',
      size_gb: 5,
      used_bytes: 0,
      containers: [],
      description: 'for all',
    });
    expect(await json('volumes', 'info', made.uuid.slice(0, 6))).toEqual(made);
    expect(await json('volumes', 'resize', 'data', '--size', '7')).toMatchObject({ size_gb: 7 });
    expect(await json('volumes', 'clone', 'data', '--name', 'second')).toMatchObject({ size_gb: 7 });
    const listed = await devbox('volumes', 'list');
    expect(listed.stdout).toMatch(
      /^NAME +ID +SIZE +USED +STATUS +CONTAINERS\ndata +\w{10} +7 GB +0 B +created/,
    );
    expect((await devbox('command=volumes', '-q')).stdout).toMatch(/^\w{10}\n\w{10}\n$/);
  });

  it('have files that are written, shown, found, moved and deleted', async () => {
    expect(
      (await devbox('volumes', 'files', 'write', 'data', '/notes/a.txt', '--content', 'a=b, c')).code,
    ).toBe(0);
    expect((await devbox('volumes', 'files', 'cat', 'data', 'notes/a.txt')).stdout).toBe('a=b, c');
    await run(['volumes', 'files', 'write', 'data', 'b.txt'], { input: 'from stdin\n' });
    expect(await json('volumes', 'files', 'cat', 'data', 'b.txt')).toMatchObject({
      content: 'from stdin\n',
      encoding: 'utf8',
    });
    expect((await devbox('volumes', 'ls', 'data', '--path', '/notes', '-q')).stdout).toBe('notes/a.txt\n');
    expect((await devbox('volumes', 'files', 'search', 'data', 'B.T', '-q')).stdout).toBe('b.txt\n');
    await devbox('volumes', 'files', 'mv', 'data', 'b.txt', 'notes/b.txt');
    await devbox('volumes', 'files', 'cp', 'data', 'notes', 'copy');
    await devbox('volumes', 'files', 'mkdir', 'data', 'empty');
    expect((await devbox('volumes', 'files', 'rm', 'data', 'notes')).code).toBe(0);
    expect((await devbox('volumes', 'files', 'ls', 'data', '-q')).stdout).toBe('copy\nempty\n');
  });

  it('take files and give them back byte by byte, and replace nothing unasked', async () => {
    const bytes = randomBytes(200_000);
    writeFileSync(join(work, 'one.bin'), bytes);
    writeFileSync(join(work, 'two.bin'), '');
    const up = await json('volumes', 'files', 'upload', 'data', 'one.bin', 'two.bin', '--dest', 'up');
    expect(up).toMatchObject([
      { path: 'up/one.bin', bytes: 200_000 },
      { path: 'up/two.bin', bytes: 0 },
    ]);
    const refused = await devbox('volumes', 'files', 'download', 'data', 'up/one.bin');
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('is there already')]);
    expect((await devbox('volumes', 'files', 'download', 'data', 'up/one.bin', '-o', 'new')).code).toBe(0);
    expect(readFileSync(join(work, 'new')).equals(bytes)).toBe(true);
    expect(
      (await devbox('volumes', 'files', 'download', 'data', 'up/two.bin', '-o', 'new', '--force')).code,
    ).toBe(0);
    expect(readFileSync(join(work, 'new'))).toHaveLength(0);
  });

  it('are deleted by an exact name only, and not while a box has them', async () => {
    const partial = await devbox('volumes', 'rm', 'dat');
    expect(partial.code).toBe(4);
    const { uuid } = await json('volumes', 'info', 'second');
    expect((await devbox('volumes', 'rm', uuid.slice(0, 7))).code).toBe(2);
    expect((await devbox('volumes', 'rm', uuid.slice(0, 7), '--force')).code).toBe(0);
    expect((await devbox('volumes', 'info', 'second')).code).toBe(4);
  });

  it('are no matter of Lambda Cloud, and the error says whose', async () => {
    const result = await home.run(['volumes', 'api=lambda'], { env: { LAMBDA_API_KEY: 'secret_key_1' } });
    expect([result.code, result.stderr]).toEqual([2, expect.stringContaining('api=local')]);
  });
});

describe('cp', () => {
  it('copies to a box and back', async () => {
    expect((await devbox('up', 'name=copied', '-q')).code).toBe(0);
    mkdirSync(join(work, 'tree', 'sub'), { recursive: true });
    writeFileSync(join(work, 'tree', 'sub', 'f=1.txt'), 'content');
    const to = await home.run(['cp', 'tree', 'copied:workspace', '--json'], { cwd: work });
    expect(JSON.parse(to.stdout)).toEqual({
      source: 'tree',
      target: 'copied:workspace',
      files: 1,
      bytes: 7,
      sha256: null,
    });
    const back = await home.run(['cp', 'copied:workspace/tree/sub/f=1.txt', 'g=1.txt'], { cwd: work });
    expect(back.stdout).toMatch(
      /^g=1\.txt\n +From: {2}copied:workspace\/tree\/sub\/f=1\.txt\n +Files: {2}1\n/,
    );
    expect(readFileSync(join(work, 'g=1.txt'), 'utf8')).toBe('content');
  });

  it('copies streams', async () => {
    const bytes = randomBytes(100_000).toString('base64');
    expect((await home.run(['cp', '-', 'copied:s'], { cwd: work, input: bytes })).code).toBe(0);
    const out = await home.run(['cp', 'copied:s', '-'], { cwd: work });
    expect([out.code, out.stdout, out.stderr]).toEqual([0, bytes, '']);
  });

  const wrong: [string, string[], number][] = [
    ['a file that is not there', ['copied:none', '.'], 4],
    ['a file of this machine that is not there', ['none', 'copied:.'], 4],
    ['a box that is not there', ['tree', 'nobody:.'], 4],
    ['no box', ['a', 'b'], 2],
    ['two boxes', ['copied:a', 'copied:b'], 2],
    ['one side', ['copied:a'], 2],
  ];
  it.each(wrong)('says what is wrong with %s', async (_what, words, code) => {
    const result = await devbox('cp', ...words);
    expect([result.code, result.stdout]).toEqual([code, '']);
    expect(result.stderr).toContain('Message:');
  });
});
