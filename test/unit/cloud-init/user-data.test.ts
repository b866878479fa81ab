import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { load } from 'js-yaml';
import * as z from 'zod';
import { type UserDataOptions, userData } from '../../../src/providers/lambda/cloud-init/index.ts';
import { makeKeyPair } from '../../../src/remote/keys/key-pair.ts';

const options: UserDataOptions = {
  filesystemName: 'devbox',
  username: 'ubuntu',
  env: {},
  hostKey: null,
  tailscale: null,
  file: null,
  enabled: true,
};

const cloudConfig = z.strictObject({
  package_update: z.literal(true),
  package_upgrade: z.literal(false),
  write_files: z.array(z.strictObject({ path: z.string(), content: z.string(), permissions: z.string() })),
  runcmd: z.array(z.array(z.string())),
  ssh_deletekeys: z.optional(z.literal(true)),
  ssh_keys: z.optional(z.strictObject({ ed25519_private: z.string(), ed25519_public: z.string() })),
});

async function parsed(change: Partial<UserDataOptions> = {}): Promise<z.infer<typeof cloudConfig>> {
  const text = (await userData({ ...options, ...change })) ?? '';
  expect(text.startsWith('#cloud-config\n')).toBe(true);
  return cloudConfig.parse(load(text));
}

async function file(path: string, change: Partial<UserDataOptions> = {}): Promise<string> {
  const found = (await parsed(change)).write_files.find((entry) => entry.path === path);
  return found?.content ?? 'no such file';
}

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'user-data-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function have(program: string, ...words: string[]): boolean {
  if (spawnSync(program, words).error === undefined) return true;
  console.warn(`notice: no ${program} on this machine; what it would find in the script is not checked`);
  return false;
}

describe('the cloud-config of devbox', () => {
  test('gives the box its host key and no other one, exactly as it was made', async () => {
    const hostKey = makeKeyPair('devbox box');
    expect(await parsed({ hostKey })).toMatchObject({
      ssh_deletekeys: true,
      ssh_keys: { ed25519_private: hostKey.privateKey, ed25519_public: hostKey.publicKey },
    });
    expect(await parsed()).not.toHaveProperty('ssh_keys');
  });

  test('joins a tailnet first, with a script that a shell reads', async () => {
    const tailscale = { authKey: 'tskey-auth-1', name: 'dbx-0123456789ab' };
    const { runcmd } = await parsed({ tailscale });
    const [shell = '', flag, script = ''] = runcmd[0] ?? [];
    expect([shell, flag]).toEqual(['/bin/sh', '-c']);
    expect(spawnSync(shell, ['-n'], { input: script }).status).toBe(0);
    expect(script).toContain('--hostname=dbx-0123456789ab');
    expect(runcmd).toHaveLength(2);
  });

  test('refreshes the package index, upgrades nothing, writes its files and runs one command', async () => {
    const config = await parsed({ env: { A: '1' } });
    expect(config.write_files.map(({ path, permissions }) => `${permissions} ${path}`)).toEqual([
      '0644 /etc/devbox/box.conf',
      '0644 /etc/profile.d/devbox-env.sh',
      '0644 /etc/profile.d/devbox-nix.sh',
      '0755 /usr/local/sbin/devbox-box',
      '0644 /etc/systemd/system/devbox-storage.service',
      '0644 /etc/systemd/system/devbox-claim.service',
      '0644 /etc/systemd/system/devbox-nix.service',
      '0644 /usr/local/share/devbox/home-manager/flake.nix',
      '0644 /usr/local/share/devbox/home-manager/home.nix',
    ]);
    expect(config.runcmd).toEqual([['/usr/local/sbin/devbox-box', 'setup']]);
  });

  test('is plain text well below what the API takes', async () => {
    const text = (await userData(options)) ?? '';
    expect(Buffer.byteLength(text)).toBeLessThan(64_000);
  });

  test('only the settings differ from box to box, and the unit that waits for the mount', async () => {
    const one = await parsed();
    const other = await parsed({ filesystemName: 'my-other-fs', username: 'me' });
    const differing = one.write_files.filter((entry, i) => entry.content !== other.write_files[i]?.content);
    expect(differing.map((entry) => entry.path)).toEqual([
      '/etc/devbox/box.conf',
      '/etc/systemd/system/devbox-storage.service',
    ]);
    expect(await file('/etc/systemd/system/devbox-storage.service', { filesystemName: 'a-b' })).toContain(
      'Wants=network-online.target devbox-claim.service lambda-nfs-a\\x2db.mount\n',
    );
  });

  test('without a filesystem nothing is waited for', async () => {
    expect(await file('/etc/devbox/box.conf', { filesystemName: null })).toContain('\nfilesystem=\n');
    expect(await file('/etc/systemd/system/devbox-storage.service', { filesystemName: null })).not.toContain(
      '.mount',
    );
  });

  test('the installer is a pinned release with a checksum for each kind of machine', async () => {
    const script = await file('/usr/local/sbin/devbox-box');
    expect(script).toMatch(/^installer_version=v\d+\.\d+\.\d+$/m);
    expect(script).toMatch(/^installer_x86_64=[0-9a-f]{64}$/m);
    expect(script).toMatch(/^installer_aarch64=[0-9a-f]{64}$/m);
    expect(script).not.toMatch(/curl[^\n]*\|\s*(ba)?sh/);
  });

  test('bash and shellcheck have nothing against the script', async () => {
    const path = join(folder, 'devbox-box');
    await writeFile(path, await file('/usr/local/sbin/devbox-box'));
    if (have('bash', '--version')) execFileSync('bash', ['-n', path]);
    if (have('shellcheck', '--version')) {
      expect(spawnSync('shellcheck', [path], { encoding: 'utf8' }).stdout).toBe('');
    }
  });

  test('systemd has nothing against the units', async () => {
    if (!have('systemd-analyze', '--version')) return;
    const paths: string[] = [];
    for (const { path, content } of (await parsed()).write_files) {
      if (!path.endsWith('.service')) continue;
      const copy = join(folder, path.slice(path.lastIndexOf('/') + 1));
      await writeFile(copy, content.replaceAll('/usr/local/sbin/devbox-box', '/bin/true'));
      paths.push(copy);
    }
    const { stderr } = spawnSync('systemd-analyze', ['verify', '--recursive-errors=no', ...paths], {
      encoding: 'utf8',
    });
    expect(stderr.split('\n').filter((line) => line.includes('devbox-'))).toEqual([]);
  });
});

describe('what a user sets stays a value', () => {
  const usable = have('bash', '--version') ? test : test.skip;

  usable('every value of env reaches a login shell unchanged', async () => {
    const value = fc.string({ unit: 'binary', maxLength: 40 }).map((text) => text.replaceAll('\u0000', ''));
    const awkward = [
      "'; touch /tmp/x; '",
      '$(id)',
      '`id`',
      '\\',
      '\n#cloud-config\nruncmd: [id]',
      '"',
      'é\ty',
    ];
    await fc.assert(
      fc.asyncProperty(value, async (text) => {
        // Lone halves of a surrogate pair are no characters; a file cannot hold them.
        const wanted = [...awkward, text].map((one) => Buffer.from(one).toString());
        const env = Object.fromEntries(wanted.map((one, i) => [`V${i}`, one]));
        const script = await file('/etc/profile.d/devbox-env.sh', { env });
        const names = wanted.map((_, i) => `"$V${i}"`).join(' ');
        const seen = execFileSync('bash', ['-c', `eval "$(cat)"; printf '%s\\0' ${names}`], {
          input: script,
        });
        expect(seen.toString().split('\0').slice(0, -1)).toEqual(wanted);
      }),
      { numRuns: 25 },
    );
  });

  const hostile: [string, Partial<UserDataOptions>][] = [
    ['a command in the user name', { username: 'ubuntu; reboot' }],
    ['a line break in the user name', { username: 'ubuntu\nfilesystem=other' }],
    ['a path in the user name', { username: '../etc' }],
    ['no user name', { username: '' }],
    ['a command in the filesystem', { filesystemName: '$(reboot)' }],
    ['a line break in the filesystem', { filesystemName: 'a\nusername=root' }],
    ['a path in the filesystem', { filesystemName: '../../etc' }],
    ['an empty filesystem', { filesystemName: '' }],
    ['a command in the name of a variable', { env: { 'A=1; reboot #': 'x' } }],
    ['a line break in the name of a variable', { env: { 'A\nB': 'x' } }],
    ['a NUL in a value', { env: { A: 'a\u0000b' } }],
  ];
  test.each(hostile)('%s: refused', async (_, change) => {
    await expect(userData({ ...options, ...change })).rejects.toMatchObject({
      kind: 'usage',
      code: 'cloud-init/value',
    });
  });

  test('more than the API takes is refused', async () => {
    await expect(userData({ ...options, env: { A: 'x'.repeat(1_000_000) } })).rejects.toMatchObject({
      code: 'cloud-init/too-large',
    });
  });
});

describe('the user’s own file, or none', () => {
  async function own(content: string | Uint8Array): Promise<string | null> {
    const path = join(folder, 'own');
    await writeFile(path, content);
    return userData({ ...options, file: path });
  }

  test.each([
    '#cloud-config\nruncmd: [id]\n',
    '#cloud-config\r\nruncmd: []\r\n',
    '#!/bin/sh\nid\n',
    '## template: jinja\n#cloud-config\n',
    'Content-Type: multipart/mixed; boundary="x"\n',
    '#include\nhttps://example.com/x\n',
  ])('%j is sent as it is, instead of ours', async (content) => {
    expect(await own(content)).toBe(content);
  });

  test.each([
    ['a document without its first line', 'runcmd: [id]\n'],
    ['base64', Buffer.from('#cloud-config\n').toString('base64')],
    ['gzip', Buffer.from([0x1f, 0x8b, 8, 0])],
    ['nothing', ''],
    ['a first line that only looks right', '#cloud-configs\n'],
    ['more than the API takes', `#cloud-config\n${'#'.repeat(1_000_000)}`],
  ])('%s is refused', async (_, content) => {
    await expect(own(content)).rejects.toMatchObject({ kind: 'usage', code: 'cloud-init/file' });
  });

  test('a file that is not there is refused with its path', async () => {
    const path = join(folder, 'missing');
    await expect(userData({ ...options, file: path })).rejects.toMatchObject({
      code: 'cloud-init/file',
      details: [{ label: 'File', value: path }],
    });
  });

  test('switched off, there is no user data, whatever else is set', async () => {
    expect(await userData({ ...options, enabled: false })).toBeNull();
    expect(await userData({ ...options, enabled: false, file: '/nowhere' })).toBeNull();
  });

  test.each([
    ['switched off', { enabled: false }],
    ['replaced', { file: '/nowhere' }],
  ])('env is not dropped in silence where ours is %s', async (_, change) => {
    await expect(userData({ ...options, env: { A: '1' }, ...change })).rejects.toMatchObject({
      kind: 'usage',
      code: 'cloud-init/env-unused',
    });
  });
});
