import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import * as z from 'zod/mini';
import { Collection } from '../../../src/server/stores/collection.ts';

interface Thing {
  readonly id: number;
  readonly name: string;
}
const schema = z.object({ id: z.int(), name: z.string() });

let directory: string;
let path: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'devbox-collection-'));
  path = join(directory, 'things.json');
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const open = () => new Collection<Thing>(path, schema);
const add = (things: Collection<Thing>, name: string) =>
  things.change((items, id) => ({ items: [...items, { id, name }], result: id }));

test('what was added is there for the next one who opens the file, which is private', async () => {
  await add(open(), 'a');
  expect(await open().items()).toEqual([{ id: 1, name: 'a' }]);
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test('changes at the same time happen one after the other', async () => {
  const things = open();
  const ids = await Promise.all(['a', 'b', 'c', 'd'].map((name) => add(things, name)));
  expect(ids).toEqual([1, 2, 3, 4]);
  expect(await open().items()).toHaveLength(4);
});

test('a number is given once, also when what had it is gone and the file was opened anew', async () => {
  const things = open();
  await add(things, 'a');
  await things.change(() => ({ items: [], result: undefined }));
  expect(await add(open(), 'b')).toBe(2);
});

test('a change that throws changes nothing, and the next one goes on', async () => {
  const things = open();
  await add(things, 'a');
  const refused = things.change(() => {
    throw new Error('no');
  });
  await expect(refused).rejects.toThrow('no');
  expect(await add(things, 'b')).toBe(2);
});

test('a change that cannot be written is not seen', async () => {
  const things = open();
  await add(things, 'a');
  rmSync(path);
  mkdirSync(join(path, 'in the way'), { recursive: true });
  await expect(add(things, 'b')).rejects.toThrow();
  expect(await things.items()).toEqual([{ id: 1, name: 'a' }]);
});

test.each([
  '{ nonsense',
  '{"version":1,"lastId":1,"items":[{"id":"x"}]}',
  '{"version":2,"lastId":0,"items":[]}',
])('a file that is not understood is named and left alone: %s', async (text) => {
  writeFileSync(path, text);
  await expect(add(open(), 'a')).rejects.toThrow(`${path} cannot be understood`);
  expect(readFileSync(path, 'utf8')).toBe(text);
});
