import { chmod, lstat, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Paths } from '../../../src/base/context.ts';
import {
  findSocket,
  type Places,
  placesIn,
  secureSocketDirectory,
} from '../../../src/providers/local/places.ts';
import { identify } from '../../../src/server/identity.ts';

const paths = (runtime: string, state = '/s'): Paths => ({
  home: '/h',
  config: '/c',
  state,
  data: '/d',
  runtime,
  package: '/p',
});

describe('places', () => {
  test('lie in the directories that are devbox’s', () => {
    expect(placesIn(paths('/r'))).toMatchObject({
      state: '/s/local',
      boxes: '/s/local/boxes',
      homes: '/d/homes',
      log: '/s/local/server.log',
      socket: expect.stringMatching(/^\/r\/local-[0-9a-f]{16}\.sock$/),
    });
  });

  test('of different state have different sockets', () => {
    expect(placesIn(paths('/r', '/s1')).socket).not.toBe(placesIn(paths('/r', '/s2')).socket);
  });

  test.each([
    ['long', `/${'r'.repeat(100)}`],
    ['long in bytes, not in characters', `/${'é'.repeat(50)}`],
  ])('whose socket path would be too %s get a short one', (_what, runtime) => {
    const { socket } = placesIn(paths(runtime));
    expect(Buffer.byteLength(socket)).toBeLessThanOrEqual(103);
    expect(dirname(socket)).toBe(join(tmpdir(), `devbox-${process.getuid?.()}`));
  });
});

describe('the socket to connect to', () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'devbox-places-'));
    await mkdir(join(root, 's', 'local'), { recursive: true });
  });
  afterEach(() => rm(root, { recursive: true }));

  const own = (): Places => placesIn(paths(join(root, 'run'), join(root, 's')));
  const lockedBy = async (holder: object): Promise<Places> => {
    await symlink(JSON.stringify(holder), own().lock);
    return own();
  };

  test('is the usual one where no server runs', async () => {
    expect(await findSocket(own())).toBe(own().socket);
  });

  test('is the one that a running server names', async () => {
    const places = await lockedBy({ ...(await identify(process.pid)), socket: join(root, 'else', 'a.sock') });
    expect(await findSocket(places)).toBe(join(root, 'else', 'a.sock'));
  });

  test('is the usual one where the server that names another is dead, or names none', async () => {
    const socket = join(root, 'else', 'a.sock');
    const dead = await lockedBy({ ...(await identify(process.pid)), startTime: '0', socket });
    expect(await findSocket(dead)).toBe(own().socket);
    await rm(own().lock);
    expect(await findSocket(await lockedBy((await identify(process.pid)) ?? {}))).toBe(own().socket);
  });

  test('is refused where others may write to the directory that is named', async () => {
    await mkdir(join(root, 'open'));
    await chmod(join(root, 'open'), 0o777);
    const socket = join(root, 'open', 'a.sock');
    const places = await lockedBy({ ...(await identify(process.pid)), socket });
    await expect(findSocket(places)).rejects.toMatchObject({ code: 'local/unsafe-directory' });
  });
});

describe('the socket’s directory', () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'devbox-places-'));
  });
  afterEach(() => rm(root, { recursive: true }));

  test('is made for its owner only', async () => {
    const places = placesIn(paths(join(root, 'run')));
    await secureSocketDirectory(places);
    expect((await lstat(join(root, 'run'))).mode & 0o777).toBe(0o700);
    await secureSocketDirectory(places);
  });

  test('is refused where others may write to it', async () => {
    await chmod(root, 0o777);
    await expect(secureSocketDirectory(placesIn(paths(root)))).rejects.toMatchObject({
      code: 'local/unsafe-directory',
    });
    await chmod(root, 0o700);
  });

  test('is refused where it is a link', async () => {
    await symlink(root, join(root, 'link'));
    await expect(secureSocketDirectory(placesIn(paths(join(root, 'link'))))).rejects.toMatchObject({
      code: 'local/unsafe-directory',
    });
  });
});
