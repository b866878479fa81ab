import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { answers, listenPrivately } from '../../../src/server/listen.ts';

let root: string;
const servers: Server[] = [];
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'devbox-listen-'));
});
afterEach(async () => {
  for (const server of servers.splice(0)) server.close();
  await rm(root, { recursive: true, force: true });
});

const listen = (path: string): Promise<number> => {
  const server = createServer();
  servers.push(server);
  return listenPrivately(server, path);
};
const mode = async (path: string): Promise<string> => ((await stat(path)).mode & 0o7777).toString(8);

describe('a private socket', () => {
  test('and the directory that is made for it are for their owner alone', async () => {
    const path = join(root, 'new', 'sock');
    await listen(path);
    expect([await mode(join(root, 'new')), await mode(path), await answers(path)]).toEqual([
      '700',
      '600',
      true,
    ]);
  });

  test('leaves a directory that is there as it is', async () => {
    for (const there of ['755', '1777']) {
      const directory = join(root, there);
      await mkdir(directory);
      await chmod(directory, Number.parseInt(there, 8));
      await listen(join(directory, 'sock'));
      expect([await mode(directory), await mode(join(directory, 'sock'))]).toEqual([there, '600']);
    }
  });

  test('is not put where others could put theirs', async () => {
    await chmod(root, 0o777);
    await expect(listen(join(root, 'sock'))).rejects.toThrow(
      `others can put a socket of theirs into ${root}`,
    );
  });

  test('replaces what a killed server left, and nothing that is no socket', async () => {
    const path = join(root, 'sock');
    const before = await listen(path);
    expect(await listen(path)).not.toBe(before);
    const file = join(root, 'notes.txt');
    await writeFile(file, 'precious');
    await expect(listen(file)).rejects.toThrow('is no socket');
    expect(await readFile(file, 'utf8')).toBe('precious');
  });
});
