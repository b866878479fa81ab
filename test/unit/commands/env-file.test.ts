import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readEnvFile } from '../../../src/commands/up/env-file.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'env-file-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const paths = { home: '', config: '', state: '', data: '', runtime: '', package: '' };

function read(content: string | Buffer, name = 'x.env'): Record<string, string> {
  writeFileSync(join(folder, name), content);
  return readEnvFile(name, { cwd: folder, paths });
}

test.each([
  ['a plain line', 'A=1', { A: '1' }],
  ['export before it', 'export A=1\nexport\tB=2', { A: '1', B: '2' }],
  ['a name that only begins like it', 'exported=1', { exported: '1' }],
  ['quotes around a value', `A="x y"\nB='$HOME'`, { A: 'x y', B: '$HOME' }],
  ['one pair of quotes', `A=""x""\nB="'x'"`, { A: '"x"', B: "'x'" }],
  ['quotes that do not belong together', `A="x'\nB="\nC='`, { A: `"x'`, B: '"', C: "'" }],
  ['what looks like a remark behind a value', 'A=1 # no remark', { A: '1 # no remark' }],
  ['equals signs in a value', 'A=b=c==', { A: 'b=c==' }],
  ['blanks around', '  A = 1  ', { A: '1' }],
  ['no value', 'A=', { A: '' }],
  ['remarks, blank lines and words', '# A=1\n\nA\n   #B=2\n', {}],
  ['the last of several', 'A=1\nA=2', { A: '2' }],
  ['lines of Windows, and a mark of UTF-8', '\ufeffA=1\r\nB=2\r\n', { A: '1', B: '2' }],
])('%s', (_name, content, expected) => {
  expect(read(content)).toEqual(expected);
});

test.each([
  ['a name with a blank', 'OK=1\nA B=1', /:2/],
  ['no name', '=1', /:1/],
  ['a digit first', '1A=1', /:1/],
  ['NUL in a value', 'A=\0', /:1/],
])('%s is wrong, and the error says where', (_name, content, place) => {
  expect(() => read(content)).toThrow(
    expect.objectContaining({
      kind: 'usage',
      details: expect.arrayContaining([{ label: 'File', value: expect.stringMatching(place) }]),
      hint: expect.stringContaining('env_file=FILE'),
    }),
  );
});

test('a value is never in the error', () => {
  expect(() => read('1A=hush-hush')).toThrow(
    expect.not.objectContaining({ message: expect.stringContaining('hush') }),
  );
});

test('`~/` is the home', () => {
  writeFileSync(join(folder, 'home.env'), 'A=1');
  expect(readEnvFile('~/home.env', { cwd: '/', paths: { ...paths, home: folder } })).toEqual({ A: '1' });
});
