import { once } from 'node:events';
import { readdir, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { box, homeUid, makeSandbox, type Sandbox, whyNot } from './sandbox.ts';

const reason = whyNot();
if (reason !== undefined) console.warn(`notice: the script of the boxes is not run: ${reason}`);
const onBoxes = reason === undefined ? describe : describe.skip;

let sandbox: Sandbox;
const shared = (path: string): string => join(sandbox.shared, path);
beforeEach(async () => {
  sandbox = await makeSandbox();
});
afterEach(() => sandbox.remove());

const storage = box('storage');
const stop = box('stop');
const nix = box('nix');
const authorized = (): Promise<string> => readFile(shared('ubuntu/.ssh/authorized_keys'), 'utf8');

onBoxes('the first box on a filesystem', () => {
  test('gets a formatted image at /nix and a home that keeps owners and modes', async () => {
    const one = await sandbox.box('one');
    const { status, output } = await one.run(
      `${storage} && cd /home/ubuntu && findmnt -no FSTYPE /nix && df --output=size -B1M /nix | tail -1 &&
       stat -c '%n %a %u %F' . .bashrc .ssh .ssh/authorized_keys bin/tool link &&
       echo kept >/home/ubuntu/new && echo kept >/nix/new && ls /run/devbox && cd / && ${stop} && ls -A /home/ubuntu /nix`,
    );
    expect(output).toMatch(/^ext4$/m);
    expect(output).toContain(
      [
        `. 750 ${homeUid} directory`,
        `.bashrc 640 ${homeUid} regular file`,
        `.ssh 700 ${homeUid} directory`,
        `.ssh/authorized_keys 600 ${homeUid} regular file`,
        'bin/tool 755 0 regular file',
        `link 777 0 symbolic link`,
        'storage.ready',
      ].join('\n'),
    );
    expect(output.slice(output.lastIndexOf('/home/ubuntu:'))).not.toContain('new');
    expect(status).toBe(0);
    expect(await readFile(shared('ubuntu/new'), 'utf8')).toBe('kept\n');
    expect(await readdir(shared('.devbox'))).toEqual([]);
    const image = await stat(shared('nix.img'));
    expect([image.size, image.blocks * 512 < image.size]).toEqual([64_000_000, true]);
  });

  test('doing it again changes nothing', async () => {
    const one = await sandbox.box('one');
    const { status, output } = await one.run(
      `${storage} && echo kept >/home/ubuntu/new && ${storage} && ${storage} &&
       cat /home/ubuntu/new && grep -c ' /nix \\| /home/ubuntu ' /proc/self/mounts`,
    );
    expect(output).toMatch(/kept\n2\n$/);
    expect(status).toBe(0);
    expect(await authorized()).toBe('ssh-ed25519 AAAA one\n');
  });

  test('a restart in the middle of everything brings it back at once', async () => {
    const one = await sandbox.box('one');
    await one.run(`${storage} && echo kept | tee /home/ubuntu/new /nix/new && sync`);
    const { status, output } = await one.run(`${storage} && cat /home/ubuntu/new /nix/new`);
    expect(output).toMatch(/kept\nkept\n$/);
    expect(output).not.toContain('another box');
    expect(status).toBe(0);
  });
});

onBoxes('what is mounted there already', () => {
  test.each(['/nix', '/home/ubuntu'])('at %s is neither hidden nor unmounted', async (folder) => {
    const one = await sandbox.box('one');
    const seen = await one.run(
      `mkdir -p ${folder} && mount -t tmpfs theirs ${folder} && ${storage}; echo "status $?"; ${stop}; findmnt -no SOURCE ${folder}`,
    );
    expect(seen.output).toContain(`Something else is mounted at ${folder}.`);
    expect(seen.output).toMatch(/status 1\ntheirs\n$/);
  });
});

onBoxes('the next box', () => {
  test('finds home and store as they were, and lets in the key of its own launch and the old one', async () => {
    const one = await sandbox.box('one');
    await one.run(
      `${storage} && ${nix} && echo mine >/home/ubuntu/.bashrc && echo kept >/nix/new && ${stop}`,
    );
    await writeFile(shared('ubuntu/.ssh/authorized_keys'), 'ssh-ed25519 AAAA one\n# mine\nssh-rsa BBBB own');
    const two = await sandbox.box('two');
    const seen = await two.run(
      `${storage} && ${nix} && cat /home/ubuntu/.bashrc /nix/new && getent passwd nixbld1`,
    );
    expect(seen.output).toMatch(/mine\nkept\nnixbld1:x:30001:30000:/);
    expect(seen.status).toBe(0);
    expect(await authorized()).toBe('ssh-ed25519 AAAA one\n# mine\nssh-rsa BBBB own\nssh-ed25519 AAAA two\n');
    const keys = await stat(shared('ubuntu/.ssh/authorized_keys'));
    expect([keys.mode & 0o777, keys.uid]).toEqual([0o600, homeUid]);
    // The installer has not been run on a store that has Nix; what it left on the old root disk is back.
    await expect(two.read('var/log/installer')).rejects.toMatchObject({ code: 'ENOENT' });
    expect(await two.read('etc/systemd/system/nix-daemon.socket')).toBe('unit\n');
    expect(await two.read('etc/nix/nix.custom.conf')).toContain('flakes');
  });

  test('a home whose key file is a dangling link can be entered', async () => {
    const one = await sandbox.box('one');
    await one.run(`${storage} && ln -sf /nowhere/at/all /home/ubuntu/.ssh/authorized_keys && ${stop}`);
    const two = await sandbox.box('two');
    expect((await two.run(storage)).status).toBe(0);
    expect(await authorized()).toBe('ssh-ed25519 AAAA two\n');
  });
});

onBoxes('a filesystem that is not there', () => {
  test('fails loudly, writes nothing where it should be, and Nix is not put on the root disk', async () => {
    const one = await sandbox.box('one');
    const seen = await one.run(
      `${storage}; echo "status $?"; ${nix}; echo "status $?"; cat /run/motd.d/*; ls /run/devbox`,
      {
        mounted: false,
      },
    );
    expect(seen.output).toMatch(/status 1\n[\s\S]*status 1\n/);
    expect(seen.output).toContain('was not mounted at /lambda/nfs/devbox within 1 s');
    expect(seen.output).toMatch(/storage\.failed\n$/);
    await expect(stat(join(one.disk, 'lambda'))).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(one.read('var/log/installer')).rejects.toMatchObject({ code: 'ENOENT' });
    expect(await readdir(sandbox.shared)).toEqual([]);
  });

  test('a folder in its place is not taken for it', async () => {
    const one = await sandbox.box('one');
    const seen = await one.run(`mkdir -p /lambda/nfs/devbox && ${storage}; echo "status $?"`, {
      mounted: false,
    });
    expect(seen.output).toMatch(/status 1\n$/);
    expect(await readdir(join(one.disk, 'lambda/nfs/devbox'))).toEqual([]);
  });

  test('one that is late is waited for', async () => {
    const one = await sandbox.box('one');
    const seen = await one.run(
      `sed -i s/wait_seconds=1/wait_seconds=20/ /etc/devbox/box.conf; mkdir -p /lambda/nfs/devbox /late
       (sleep 1; mount --bind /late /lambda/nfs/devbox) & ${storage}`,
      { mounted: false },
    );
    expect(seen.status).toBe(0);
  });

  test('none wanted: home and store stay on the root disk', async () => {
    const one = await sandbox.box('one', { filesystem: null });
    const seen = await one.run(`${storage} && ${nix} && ! mountpoint /nix && ls -d /nix/store && ${stop}`, {
      mounted: false,
    });
    expect(seen.output).toContain('/nix/store');
    expect(seen.status).toBe(0);
  });
});

onBoxes('a second writer', () => {
  test('is refused while the first one lives, and changes nothing', async () => {
    const one = await sandbox.box('one');
    const running = one.start(`${storage} && exec ${box('keep')}`);
    await eventually(() => stat(shared('ubuntu')));
    const two = await sandbox.box('two');
    const seen = await two.run(
      `${storage}; echo "status $?"; ${nix}; ls /run/devbox; mount | grep -c ' /nix '`,
    );
    running.kill('SIGKILL');
    await once(running, 'close');
    await sandbox.powerOff();
    expect(seen.output).toContain('is in use by another box');
    expect(seen.output).toMatch(/status 1\n/);
    expect(seen.output).toMatch(/storage\.failed\n0\n$/);
    expect(await authorized()).toBe('ssh-ed25519 AAAA one\n');
    const own = (await one.read('var/lib/devbox/id')).trim();
    expect(await readFile(shared('.devbox/writer/record'), 'utf8')).toContain(`id=${own}\n`);
  });

  test('takes over from a box that died', async () => {
    const one = await sandbox.box('one');
    await one.run(`${storage} && echo kept >/home/ubuntu/new && sync`);
    const two = await sandbox.box('two');
    const seen = await two.run(`${storage} && cat /home/ubuntu/new && ${stop}`);
    expect(seen.output).toContain('taking over devbox from a box that has not been heard of');
    expect(seen.output).toContain('kept\n');
    expect(seen.status).toBe(0);
  });

  test('takes over a claim that was cut short while it was made', async () => {
    const one = await sandbox.box('one');
    await one.run(storage, { killAt: 'mv 2' });
    expect(await readdir(shared('.devbox/writer'))).not.toContain('record');
    const two = await sandbox.box('two');
    expect((await two.run(storage)).status).toBe(0);
  });

  test('a box that was frozen meanwhile stops writing when it wakes up', async () => {
    const one = await sandbox.box('one');
    const record = '/lambda/nfs/devbox/.devbox/writer/record';
    const seen = await one.run(
      `${storage} && sed -i s/^id=.*/id=other/ ${record} && ! ${box('keep')} && ! touch /nix/x; cat /run/motd.d/*`,
    );
    expect(seen.output).toContain('has taken over the filesystem');
    expect(seen.output).toContain("touch: cannot touch '/nix/x': Read-only file system");
    expect(await readFile(shared('.devbox/writer/record'), 'utf8')).toContain('id=other');
  });

  test('of several newcomers to a dead claim never more than one gets it', async () => {
    const dead = await sandbox.box('dead');
    await dead.run(storage);
    await sandbox.agePastClaim();
    const boxes = await Promise.all(['a', 'b', 'c'].map((name) => sandbox.box(name)));
    const runs = boxes.map((one) =>
      one.start(
        `sed -i s/settle_seconds=0/settle_seconds=1/ /etc/devbox/box.conf; ${storage} && exec ${box('keep')}`,
      ),
    );
    let ended = 0;
    await new Promise<void>((resolve) => {
      for (const run of runs) {
        run.once('close', () => {
          ended += 1;
          if (ended === 2) resolve();
        });
      }
    });
    // The third must still be at it a while after the others were refused.
    await sleep(500);
    const alive = runs.filter((run) => run.exitCode === null);
    for (const run of alive) run.kill('SIGKILL');
    await Promise.all(runs.map((run) => (run.exitCode === null ? once(run, 'close') : run.exitCode)));
    await sandbox.powerOff();
    // Where they trip over each other at the same moment, all may be refused: that is loud, and loses nothing.
    expect(alive.length).toBeLessThanOrEqual(1);
    expect(runs.filter((run) => run.exitCode === 1)).toHaveLength(3 - alive.length);
  });
});

onBoxes('an image that is not whole', () => {
  test('one that was sized and never formatted is made anew', async () => {
    await writeFile(shared('nix.img'), '');
    await truncate(shared('nix.img'), 64_000_000);
    const one = await sandbox.box('one');
    expect((await one.run(`${storage} && findmnt -no FSTYPE /nix`)).output).toMatch(/ext4\n$/);
  });

  test('one with anything in it that is no filesystem is left alone, and nothing is mounted', async () => {
    await writeFile(shared('nix.img'), 'precious'.repeat(1000));
    const one = await sandbox.box('one');
    const seen = await one.run(
      `${storage}; echo "status $?"; grep -c ' /nix \\| /home/ubuntu ' /proc/self/mounts`,
    );
    expect(seen.output).toContain('is no ext4 image');
    expect(seen.output).toMatch(/status 1\n0\n$/);
    expect(await readFile(shared('nix.img'), 'utf8')).toMatch(/^precious/);
    expect(await readdir(shared('.devbox'))).toEqual([]);
  });
});

onBoxes('Nix', () => {
  test('is installed without questions, with flakes, and Home Manager configured but not run', async () => {
    const one = await sandbox.box('one');
    const { status, output } = await one.run(
      `${storage} && ${nix} && cd /home/ubuntu/.config/home-manager && cat flake.nix home.nix && stat -c %u . home.nix`,
    );
    expect(output).toContain('homeConfigurations."ubuntu"');
    expect(output).toContain('home.homeDirectory = "/home/ubuntu"');
    expect(output).toContain(`legacyPackages."${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux"`);
    expect(output).not.toContain('@');
    expect(output).toMatch(new RegExp(`${homeUid}\n${homeUid}\n$`));
    expect(status).toBe(0);
    expect(await one.read('var/log/installer')).toBe('install linux --no-confirm --init systemd\n');
    expect(await one.read('etc/nix/nix.custom.conf')).toBe(
      'extra-experimental-features = nix-command flakes\n',
    );
    expect(await one.read('etc/bash.bashrc')).toMatch(/^\. \/etc\/profile\.d\/devbox-nix\.sh\n/);
  });

  test('is done once; a Home Manager configuration of the user’s own stays', async () => {
    const one = await sandbox.box('one');
    const mine = '/home/ubuntu/.config/home-manager';
    const seen = await one.run(
      `${storage} && mkdir -p ${mine} && echo my >${mine}/home.nix && ${nix} && ${nix} && ls ${mine}`,
    );
    expect(seen.output).toMatch(/home\.nix\n$/);
    expect(seen.output).not.toContain('flake.nix');
    expect((await one.read('var/log/installer')).split('\n')).toHaveLength(2);
    expect((await one.read('etc/bash.bashrc')).match(/devbox-nix/g)).toHaveLength(1);
  });

  test('an installer with another checksum is not run', async () => {
    const one = await sandbox.box('one');
    const seen = await one.run(
      `touch /etc/wrong-checksum; ${storage} && ${nix}; echo "status $?"; ls /run/devbox`,
    );
    expect(seen.output).toContain('has not the checksum that devbox knows');
    expect(seen.output).toMatch(/status 1\nnix\.failed\nstorage\.ready\n$/);
    await expect(one.read('var/log/installer')).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

onBoxes('settings', () => {
  test.each(['username=$(touch /pwned)', 'filesystem=../../etc', 'filesystem=`touch /pwned`', 'username='])(
    '%s is refused and not run',
    async (line) => {
      const one = await sandbox.box('one');
      const conf = await one.read('etc/devbox/box.conf');
      await writeFile(join(one.disk, 'etc/devbox/box.conf'), `${conf}${line}\n`);
      expect((await one.run(storage)).status).toBe(1);
      await expect(stat(join(one.disk, 'pwned'))).rejects.toMatchObject({ code: 'ENOENT' });
      expect(await readdir(sandbox.shared)).toEqual([]);
    },
  );
});

async function eventually(look: () => Promise<unknown>): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    if (await look().catch(() => undefined)) return;
    await sleep(50);
  }
  throw new Error('it did not happen');
}
