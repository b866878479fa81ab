import { execFileSync, spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { systemClock } from '../../../src/base/clock.ts';
import { findHostEntry, removeHostEntry, writeHostEntry } from '../../../src/remote/ssh-config.ts';
import { isSafeAlias, type SshPlaces, type SshTarget } from '../../../src/remote/ssh-target.ts';

const clock = { ...systemClock, now: () => Date.UTC(2026, 0, 2, 3, 4, 5) };
const id = '646044a5f4ee41ff829613a9cbd22438';
const target: SshTarget = {
  origin: { provider: 'lambda', account: 'fp1' },
  instanceId: id,
  name: 'gh200-devbox',
  address: '192.222.58.14',
  region: 'us-east-3',
  type: 'gpu_1x_gh200',
  username: 'ubuntu',
  port: 22,
  identityFile: null,
  forwardAgent: false,
  host: null,
};

let root: string;
let places: SshPlaces;
const folder = (): string => join(root, 'home', '.ssh', 'config.d');

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'ssh config-'));
  places = { home: join(root, 'home'), state: join(root, 'state'), configDir: null };
});
afterEach(() => rm(root, { recursive: true, force: true }));

/** What OpenSSH makes of the entry: its effective settings. */
function effective(path: string, alias: string): Record<string, string> {
  const text = execFileSync('ssh', ['-G', '-F', path, alias], { encoding: 'utf8' });
  return Object.fromEntries(
    text
      .trim()
      .split('\n')
      .map((line) => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)]),
  );
}

const hasSsh = spawnSync('ssh', ['-V']).error === undefined;
if (!hasSsh) console.warn('notice: no ssh on this machine; what OpenSSH reads is not checked');
const withSsh = hasSsh ? test : test.skip;

describe('the host entry', () => {
  test('says what it is for and is the user’s alone', async () => {
    const entry = await writeHostEntry(places, target, clock);
    const path = join(folder(), 'gh200-devbox');
    expect(entry).toEqual({ written: true, alias: 'gh200-devbox', path });
    expect((await readFile(path, 'utf8')).replaceAll(root, 'ROOT')).toMatchInlineSnapshot(`
"# Made by devbox on 2026-01-02T03:04:05.000Z
# Instance ID: 646044a5f4ee41ff829613a9cbd22438
# Name: gh200-devbox
# Provider: lambda
# Account: fp1
# Region: us-east-3
# Type: gpu_1x_gh200
Host gh200-devbox
    HostName 192.222.58.14
    User ubuntu
    UserKnownHostsFile "ROOT/state/known_hosts/646044a5f4ee41ff829613a9cbd22438"
    HostKeyAlias devbox-646044a5f4ee41ff829613a9cbd22438
    StrictHostKeyChecking accept-new
    ConnectTimeout 15
"
`);
    const modes = await Promise.all(
      [path, folder(), join(root, 'home', '.ssh'), join(root, 'state', 'known_hosts')].map(
        async (one) => (await stat(one)).mode & 0o777,
      ),
    );
    expect(modes).toEqual([0o600, 0o700, 0o700, 0o700]);
  });

  withSsh('OpenSSH reads the plain one as meant: no agent, no question, no old host key', async () => {
    const entry = await writeHostEntry(places, target, clock);
    expect(entry.written && effective(entry.path, entry.alias)).toMatchObject({
      hostname: '192.222.58.14',
      user: 'ubuntu',
      port: '22',
      forwardagent: 'no',
      stricthostkeychecking: 'accept-new',
      hostkeyalias: `devbox-${id}`,
      userknownhostsfile: join(root, 'state', 'known_hosts', id),
    });
  });

  withSsh('OpenSSH reads every setting as meant, with spaces and percent signs in the paths', async () => {
    const entry = await writeHostEntry(
      { ...places, state: join(root, '100% state') },
      {
        ...target,
        name: 'a.b',
        address: 'fe80::1',
        port: 2222,
        identityFile: join(root, 'my key'),
        forwardAgent: true,
      },
      clock,
    );
    expect(entry.written && effective(entry.path, entry.alias)).toMatchObject({
      hostname: 'fe80::1',
      port: '2222',
      identityfile: join(root, 'my key'),
      identitiesonly: 'yes',
      forwardagent: 'yes',
      userknownhostsfile: join(root, '100% state', 'known_hosts', id),
    });
  });

  test('nothing that ssh’s Include could read is left beside it', async () => {
    await Promise.all(
      ['a.b', 'a.c', 'a'].map((name, i) =>
        writeHostEntry(places, { ...target, name, instanceId: `i-${i}` }, clock),
      ),
    );
    expect((await readdir(folder())).sort()).toEqual(['a', 'a.b', 'a.c']);
    for (const [i, name] of ['a.b', 'a.c', 'a'].entries()) {
      expect(await readFile(join(folder(), name), 'utf8')).toContain(`# Instance ID: i-${i}\n`);
    }
  });

  test('a folder of the user’s choice', async () => {
    const chosen = { ...places, configDir: '~/boxes' };
    expect(await writeHostEntry(chosen, target, clock)).toMatchObject({
      path: join(root, 'home', 'boxes', 'gh200-devbox'),
    });
  });

  test.each(['~/.ssh', '.'])('never ~/.ssh itself, as %s', async (configDir) => {
    expect(await writeHostEntry({ ...places, configDir }, { ...target, name: 'rc' }, clock)).toMatchObject({
      written: false,
    });
  });

  test('a symbolic link in its place is replaced, what it points to is not touched', async () => {
    const key = join(root, 'home', '.ssh', 'id_rsa');
    await mkdir(folder(), { recursive: true });
    await writeFile(key, '# Made by devbox on x\n# Instance ID: y\n');
    await symlink(key, join(folder(), 'gh200-devbox'));
    await writeHostEntry(places, target, clock);
    expect(await readFile(key, 'utf8')).toBe('# Made by devbox on x\n# Instance ID: y\n');
  });
});

describe('names', () => {
  test.each(['a', 'gh200-devbox', 'A.b_c-1', '_x', '0', 'x'.repeat(64)])('%j is safe', (name) => {
    expect(isSafeAlias(name)).toBe(true);
  });
  const unsafe = [
    '',
    '.',
    '..',
    '../id_rsa',
    'a/b',
    '/etc/passwd',
    '-oProxyCommand=x',
    '.hidden',
    'a b',
    'a*',
  ];
  test.each([...unsafe, '!a', 'a\nb', 'a\u0000', 'ä', '"a"', 'a\\b', 'a,b', 'x'.repeat(65), 'a\n'])(
    '%j is refused, and nothing is written',
    async (name) => {
      expect(isSafeAlias(name)).toBe(false);
      const entry = await writeHostEntry(places, { ...target, name }, clock);
      expect(entry).toEqual({ written: false, why: expect.not.stringMatching(/[\u0000-\u001f]/) });
      await expect(stat(join(root, 'home'))).rejects.toMatchObject({ code: 'ENOENT' });
    },
  );
});

describe('values that would become something else', () => {
  const rows: [string, Partial<SshTarget>][] = [
    ['a line break in the address', { address: '1.2.3.4\nProxyCommand evil' }],
    ['an option in place of the address', { address: '-oProxyCommand=evil' }],
    ['a space in the address', { address: '1.2.3.4 evil' }],
    ['an empty address', { address: '' }],
    ['a line break in the user name', { username: 'u\nProxyCommand evil' }],
    ['an option in place of the user name', { username: '-l' }],
    ['a line break in the identity file', { identityFile: '/k\nProxyCommand evil' }],
    ['a quote in the identity file', { identityFile: '/k" "x' }],
    ['a command in the identity file', { identityFile: '$(touch /k)' }],
    ['a path in the instance ID', { instanceId: '../../x' }],
    ['a line break in the instance ID', { instanceId: 'a\nHost *' }],
    ['no name', { name: null }],
    ['a port that is none', { port: 70000 }],
  ];
  test.each(rows)('%s: refused', async (_, change) => {
    expect(await writeHostEntry(places, { ...target, ...change }, clock)).toMatchObject({ written: false });
    expect(await readdir(folder()).catch(() => [])).toEqual([]);
  });

  test('line breaks in what is only shown are made harmless', async () => {
    await writeHostEntry(
      places,
      { ...target, region: 'a\nHost *\n  User evil', type: '\u001b[31mred' },
      clock,
    );
    const lines = (await readFile(join(folder(), 'gh200-devbox'), 'utf8')).split('\n');
    expect(lines.slice(5, 8)).toEqual(['# Region: a Host * User evil', '# Type: red', 'Host gh200-devbox']);
  });
});

describe('whose file it is', () => {
  test('a file of the user’s own is neither replaced nor removed', async () => {
    await mkdir(folder(), { recursive: true });
    await writeFile(join(folder(), 'gh200-devbox'), 'Host gh200-devbox\n');
    expect(await writeHostEntry(places, target, clock)).toMatchObject({ written: false });
    expect(await removeHostEntry(places, id)).toEqual([]);
    expect(await readFile(join(folder(), 'gh200-devbox'), 'utf8')).toBe('Host gh200-devbox\n');
  });

  test('the entry of an older box of the same name is replaced and does not go with that box', async () => {
    await writeHostEntry(places, { ...target, instanceId: 'old' }, clock);
    expect(await writeHostEntry(places, target, clock)).toMatchObject({ written: true });
    expect(await removeHostEntry(places, 'old')).toEqual([]);
    expect(await findHostEntry(places, target)).toMatchObject({ alias: 'gh200-devbox' });
  });

  test('the box’s entry goes with it, though it was renamed, and so does its host key', async () => {
    await writeHostEntry(places, target, clock);
    await writeHostEntry(places, { ...target, name: 'other', instanceId: 'other' }, clock);
    await writeFile(join(root, 'state', 'known_hosts', id), 'key');
    await writeFile(join(root, 'state', 'known_hosts', 'other'), 'key');
    expect(await findHostEntry(places, { instanceId: id, name: 'renamed' })).toMatchObject({
      alias: 'gh200-devbox',
    });
    expect(await removeHostEntry(places, id)).toEqual([join(folder(), 'gh200-devbox')]);
    expect(await readdir(folder())).toEqual(['other']);
    expect(await readdir(join(root, 'state', 'known_hosts'))).toEqual(['other']);
  });

  test.each(['../../id_rsa', '..', '', id])(
    'removing %j where there is nothing does nothing',
    async (what) => {
      expect(await removeHostEntry(places, what)).toEqual([]);
    },
  );
});
