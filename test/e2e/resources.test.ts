import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type BinOptions, type Home, makeHome } from '../support/bin.ts';

const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJvCAc3Tgg/0BwLgdB6Ye4Mz0iQvG1rKGdW5lhO1Yp4x me@here';

let home: Home;
let path: string;

beforeAll(() => {
  home = makeHome();
  // A stand-in for nvidia-smi, which the server finds on the PATH.
  const programs = join(home.path, 'programs');
  mkdirSync(programs);
  writeFileSync(
    join(programs, 'nvidia-smi'),
    [
      '#!/bin/sh',
      'echo "0, GPU-aaaa-0, 24564, 1200, 7, 45, NVIDIA GeForce RTX 4090"',
      'echo "1, GPU-bbbb-1, 81559, 3, 0, 31, NVIDIA H100 80GB HBM3"',
    ].join('\n'),
  );
  chmodSync(join(programs, 'nvidia-smi'), 0o755);
  path = `${programs}:${process.env['PATH']}`;
});
afterAll(async () => {
  const boxes = await run(['ls', '-q']);
  for (const id of boxes.stdout.split('\n').filter(Boolean)) await run(['rm', id, '--purge']);
  home.remove();
});

/** Runs devbox on boxes of this machine; its server goes soon after it has nothing to do. */
const run = (argv: string[], options: BinOptions = {}) =>
  home.run([...argv, 'api=local', 'api.idle_timeout=2'], { ...options, env: { PATH: path, ...options.env } });

const json = async (argv: string[], options: BinOptions = {}) => {
  const { code, stdout, stderr } = await run([...argv, '--json'], options);
  if (code !== 0) throw new Error(`${argv.join(' ')}: ${stderr}`);
  return JSON.parse(stdout);
};

describe('gpus', () => {
  it('shows what is free, filtered by name and memory', async () => {
    expect((await run(['gpus'])).stdout).toBe(
      [
        'GPU                      COUNT  MEMORY    PRICE',
        'NVIDIA GeForce RTX 4090  1      24564 MB  free',
        'NVIDIA H100 80GB HBM3    1      81559 MB  free',
        '',
        '2 available',
        '',
      ].join('\n'),
    );
    expect(await json(['gpus', '--min-memory', '40000'])).toEqual([
      { name: 'NVIDIA H100 80GB HBM3', memory_mb: 81_559, price_cents_per_hour: 0, available: 1 },
    ]);
    expect((await run(['gpus', 'types', '--type', 'rtx', '-q'])).stdout).toBe('NVIDIA GeForce RTX 4090\n');
    expect(await json(['gpus', 'available', '--type', 'nothing like it'])).toEqual([]);
  });

  it('are taken by a box, and none free is exit 5 after the retries', async () => {
    const deploy = (name: string) =>
      run(['deploy', '--name', name, '--template', 'pytorch', '--gpu-type', 'RTX 4090', 'max_retries=0']);
    expect((await deploy('first')).code).toBe(0);
    const second = await deploy('second');
    expect([second.code, second.stderr]).toEqual([
      5,
      expect.stringContaining('no NVIDIA GeForce RTX 4090 is free: first has GPU 0'),
    ]);
    expect(await json(['inspect', 'first'])).toMatchObject({
      gpu_type: 'NVIDIA GeForce RTX 4090',
      template: 'pytorch-2.1',
    });
    expect((await run(['rm', 'first', '--purge'])).code).toBe(0);
    expect((await run(['gpus', '-q'])).stdout).toContain('RTX 4090');
  });
});

describe('templates', () => {
  it('are listed by type', async () => {
    expect((await run(['templates', '--type', 'cpu', '-q'])).stdout).toBe('jupytermin\nubuntu2204\n');
    expect((await run(['templates', 'list'])).stdout).toMatch(
      /^NAME +ID +TYPE +VISIBILITY +IMAGE\njupyter-minimal /,
    );
    expect((await run(['templates', 'categories', '-q'])).stdout).toMatch(/^1\n/);
  });

  it('are created, shown without secrets, edited in part, cleared and deleted', async () => {
    writeFileSync(join(home.path, 'vars.env'), 'A=from-file\nB=from-file\n');
    const created = await json([
      ...['templates', 'create', 'mine', '--image', 'ghcr.io/team/image:1', '--ports', '8080,9000-9002'],
      ...[
        '--env-file',
        'vars.env',
        '--env',
        'B=from-flag',
        '--command',
        'python -m http.server',
        '--memory',
        '8',
      ],
    ]);
    expect(created).toMatchObject({
      name: 'mine',
      ports: '8080,9000-9002',
      command: 'python -m http.server',
      memory_gb: 8,
      environment_names: ['A', 'B'],
    });
    const shown = await run(['templates', 'info', 'mine']);
    expect(shown.stdout).toContain('A, B');
    expect(shown.stdout).not.toContain('from-flag');
    expect((await json(['templates', 'info', created.uuid, 'show_env=true'])).environment).toEqual({
      A: 'from-file',
      B: 'from-flag',
    });
    const edited = await json([
      ...['templates', 'update', 'mine', '--description', 'ours', 'startup_command=', 'ports=[]'],
      ...['--clear-env', '--clear-memory'],
    ]);
    expect(edited).toMatchObject({
      image: 'ghcr.io/team/image:1',
      description: 'ours',
      command: '',
      ports: '',
      memory_gb: null,
      environment_names: [],
    });
    expect(await run(['templates', 'edit', 'mine'])).toMatchObject({ code: 2 });
    // Only a part of a name deletes nothing where nobody can be asked.
    expect(await run(['templates', 'delete', 'min', '--json'])).toMatchObject({ code: 2, stdout: '' });
    expect(await run(['templates', 'rm', 'mine', '-q'])).toMatchObject({
      code: 0,
      stdout: `${created.uuid}\n`,
    });
    expect(await run(['templates', 'rm', 'mine'])).toMatchObject({ code: 4 });
  });

  it('that are built in stay, and a wrong name is answered with the right one', async () => {
    const builtIn = await run(['templates', 'delete', 'ubuntu-22.04']);
    expect([builtIn.code, builtIn.stderr]).toEqual([1, expect.stringContaining('built in')]);
    const wrong = await run(['templates', 'info', 'pytorhc-2.1']);
    expect([wrong.code, wrong.stderr]).toEqual([4, expect.stringContaining('Did you mean pytorch-2.1?')]);
  });
});

describe('credentials', () => {
  it('take a password from standard input and never show it', async () => {
    const added = await run(['credentials', 'add', '--username', 'me', '--password-stdin', '--json'], {
      input: 'very-secret-word\n',
    });
    expect(JSON.parse(added.stdout)).toMatchObject({ registry: 'docker.io', username: 'me' });
    const { id } = JSON.parse(added.stdout);
    const all = [added, await run(['credentials']), await run(['creds', '--json'])];
    expect(JSON.stringify(all)).not.toContain('very-secret-word');
    expect(await run(['credentials', 'rm', `${id}`, '-q'])).toMatchObject({ code: 0, stdout: `${id}\n` });
    expect(await run(['credentials', 'delete', `${id}`])).toMatchObject({ code: 4 });
    expect(await json(['credentials', 'list'])).toEqual([]);
  });

  it('take one from the command line with a warning, and keep it out of what they show and record', async () => {
    const added = await run(['credentials', 'add', '--username', 'me', '--password', 'very-secret-word']);
    expect([added.code, added.stderr]).toEqual([0, expect.stringContaining('--password-stdin')]);
    expect(added.stdout + added.stderr).not.toContain('very-secret-word');
    const [credential] = await json(['credentials']);
    await run(['credentials', 'delete', `${credential.id}`]);
  });

  it.each([
    ['no password', ['--username', 'me'], 'there is no password'],
    [
      'two passwords',
      ['--username', 'me', '--password', 'aaaaaa', '--password-stdin'],
      'one on standard input',
    ],
    ['an empty input', ['--username', 'me', '--password-stdin'], 'no password on standard input'],
  ])('refuse %s', async (_what, argv, message) => {
    const { code, stderr } = await run(['credentials', 'add', ...argv]);
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
  });
});

describe('ssh-keys', () => {
  it('are added from a file, listed in both ways, and deleted by name', async () => {
    writeFileSync(join(home.path, 'id.pub'), `${key}\n`);
    const added = await json(['ssh-keys', 'add', '--name', 'laptop', '--key-file', '~/id.pub']);
    expect(added).toMatchObject({ name: 'laptop', public_key: key });
    expect((await run(['ssh_keys'])).stdout).toMatch(
      /^NAME +ID +TYPE +FINGERPRINT\nlaptop +\d+ +ssh-ed25519 +SHA256:/,
    );
    expect(await json(['list', 'resource=ssh_keys'])).toEqual(await json(['ssh-keys', 'list']));
    expect((await run(['ssh-keys', 'add', 'laptop', '--key', key])).code).toBe(1);
    expect(await run(['ssh-keys', 'rm', 'laptop', '-q'])).toMatchObject({ code: 0, stdout: 'laptop\n' });
    expect((await run(['ssh-keys', 'rm', 'laptop'])).code).toBe(4);
  });

  it.each([
    ['a private key', ['--key=-----BEGIN OPENSSH PRIVATE KEY-----'], 'is a private key'],
    ['nothing', [], 'is missing'],
    ['a file that is not there', ['--key-file', 'nowhere.pub'], 'cannot be read'],
  ])('refuse %s', async (_what, argv, message) => {
    const { code, stderr } = await run(['ssh-keys', 'add', 'other', ...argv]);
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
  });
});
