import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { systemClock } from '../../../src/base/clock.ts';
import { shellLine } from '../../../src/base/shell.ts';
import { connectSsh, sshArgv } from '../../../src/remote/ssh-command.ts';
import { writeHostEntry } from '../../../src/remote/ssh-config.ts';
import type { SshPlaces, SshTarget } from '../../../src/remote/ssh-target.ts';

const target: SshTarget = {
  origin: { provider: 'lambda', account: 'fp1' },
  instanceId: 'i-1',
  name: 'box',
  address: '192.0.2.7',
  region: null,
  type: null,
  username: 'ubuntu',
  port: 2222,
  identityFile: null,
  forwardAgent: false,
  host: null,
};

let root: string;
let places: SshPlaces;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'ssh command-'));
  places = { home: root, state: join(root, 'state'), configDir: null };
});
afterEach(() => rm(root, { recursive: true, force: true }));

describe('the command that reaches a box', () => {
  test('is short where the configuration reads the entry, else names the file', async () => {
    await writeHostEntry(places, target, systemClock);
    const path = join(root, '.ssh', 'config.d', 'box');
    expect(await sshArgv(places, target)).toEqual(['ssh', '-F', path, 'box']);
    await writeFile(join(root, '.ssh', 'config'), 'Include config.d/*\n');
    expect(await sshArgv(places, target)).toEqual(['ssh', 'box']);
  });

  test('never uses the entry of another box of that name', async () => {
    await writeHostEntry(places, { ...target, instanceId: 'older' }, systemClock);
    expect((await sshArgv(places, target)).at(-1)).toBe('ubuntu@192.0.2.7');
  });

  test('spells everything out for a name that cannot be an alias', async () => {
    const argv = await sshArgv(places, { ...target, name: '../x', forwardAgent: true, identityFile: '~/k' });
    expect(argv).toEqual([
      'ssh',
      ...['-o', 'Port=2222', '-o', 'IdentityFile=~/k', '-o', 'IdentitiesOnly=yes', '-o', 'ForwardAgent=yes'],
      ...['-o', `UserKnownHostsFile="${join(root, 'state', 'known_hosts', 'i-1')}"`],
      ...['-o', 'HostKeyAlias=devbox-i-1', '-o', 'StrictHostKeyChecking=accept-new'],
      ...['-o', 'ConnectTimeout=15', 'ubuntu@192.0.2.7'],
    ]);
    const [program = '', ...words] = argv;
    if (spawnSync(program, ['-V']).error !== undefined) {
      console.warn('notice: no ssh on this machine; what OpenSSH reads is not checked');
      return;
    }
    const settings = execFileSync(program, ['-G', ...words], { encoding: 'utf8' });
    expect(settings).toContain(`userknownhostsfile ${join(root, 'state', 'known_hosts', 'i-1')}\n`);
    expect(settings).toContain('user ubuntu\nhostname 192.0.2.7\nport 2222\n');
  });

  test('refuses an address that ssh would read as an option', async () => {
    await expect(sshArgv(places, { ...target, address: '-oProxyCommand=x' })).rejects.toMatchObject({
      code: 'remote/unsafe-value',
    });
  });
});

describe('the printed line', () => {
  test.each([[['a', 'b c']], [["it's", '$x', '`y`', '']], [['~/k', '-F', '/a/b', 'u@h', '"q"', 'a\nb']]])(
    'a shell reads %j back',
    (argv) => {
      const text = execFileSync('sh', ['-c', `printf '%s\\0' ${shellLine(argv)}`], { encoding: 'utf8' });
      expect(text.split('\0').slice(0, -1)).toEqual(argv);
    },
  );
  test('is left as it is where nothing needs quoting', () => {
    expect(shellLine(['ssh', '-F', '/h/.ssh/config.d/box', 'box'])).toBe('ssh -F /h/.ssh/config.d/box box');
  });
});

describe('connecting', () => {
  const env = { PATH: process.env['PATH'] };
  test.each([
    ['its exit code', 'exit 7', 7],
    ['a signal as 128 and its number', 'kill -TERM $$', 143],
  ])('gives %s', async (_, script, code) => {
    expect(await connectSsh(['sh', '-c', script], { env })).toBe(code);
  });

  test('without ssh says what to install', async () => {
    await expect(connectSsh(['ssh', 'box'], { env: { PATH: root } })).rejects.toMatchObject({
      code: 'remote/no-ssh',
      details: [{ label: 'Command', value: 'ssh box' }],
    });
  });

  test('ends with the signal', async () => {
    const stop = new AbortController();
    const ended = connectSsh(['sleep', '30'], { env, signal: stop.signal });
    stop.abort();
    expect(await ended).toBe(143);
  });
});
