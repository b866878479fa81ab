import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type BinOptions, type BinResult, type Home, makeHome, projectRoot } from '../support/bin.ts';
import { devboxLines, shellWords } from '../support/doc-lines.ts';
import { lambdaUser } from '../support/lambda-user.ts';
import { type Sshd, startSshd, whyNoSshd } from '../support/sshd.ts';
import { makeTree, type Tree } from '../support/tree.ts';

/** A box, and a user who runs things on it from a project. */
interface World {
  readonly home: Home;
  /** The directory in the box in which those of projects lie. */
  readonly boxHome: string;
  run(
    words: readonly string[],
    options?: { readonly cwd?: string; readonly box?: string; readonly until?: string },
  ): Promise<BinResult>;
  end(): Promise<void>;
}

const noGit = spawnSync('git', ['--version']).error !== undefined;
if (noGit) console.warn('notice: run is not tried: there is no git on this machine');
const noSshd = whyNoSshd() ?? (spawnSync('rsync', ['--version']).error ? 'there is no rsync' : undefined);
if (noSshd) console.warn(`notice: run over SSH is not tried: ${noSshd}`);

let tree: Tree;
beforeEach(() => {
  tree = makeTree({
    'main.py': 'print(1)\n',
    "lib/a b/it's $(x).py": 'x\n',
    '.gitignore': 'out/\n*.tmp\n',
    'junk.tmp': 'junk',
    'new.txt': 'not tracked',
  });
  const git = (...words: string[]) => spawnSync('git', words, { cwd: tree.path });
  git('init', '-q');
  git('add', 'main.py', 'lib', '.gitignore');
  chmodSync(join(tree.path, 'main.py'), 0o755);
  symlinkSync('main.py', join(tree.path, 'link'));
});
afterEach(() => tree.remove());

const here = (path: string): string => join(tree.path, path);

/** Ctrl-C as soon as stderr holds a text. */
const interruptedAt = (text: string | undefined): BinOptions =>
  text === undefined ? {} : { signalAt: { text, signal: 'SIGINT' } };

/** What holds for every box, however it is reached. */
function contract(world: () => World, method: 'rsync' | 'copy'): void {
  const run = (...words: string[]) => world().run(words);
  const json = async (...words: string[]) => {
    const { stdout, stderr } = await run('--json', ...words);
    if (stdout === '') throw new Error(stderr);
    return JSON.parse(stdout);
  };
  const there = (path: string): string => join(world().boxHome, tree.path.split('/').at(-1) ?? '', path);

  it('runs a command among the files that git does not ignore, and ends with its code', async () => {
    const ran = await run('--', 'sh', '-c', 'pwd; cat; ls -A; readlink link; echo problem >&2; exit 7');
    expect(ran.code).toBe(7);
    expect(ran.stdout).toBe(
      `${there('.')}\ninput\n.devbox-sync\n.gitignore\nlib\nlink\nmain.py\nnew.txt\nmain.py\n`,
    );
    expect(ran.stderr).toContain('problem\n');
    expect(ran.stderr).toContain('5 files sent');
    expect(readFileSync(there("lib/a b/it's $(x).py"), 'utf8')).toBe('x\n');
    expect(statSync(there('main.py')).mode & 0o777).toBe(0o755);
  });

  it('sends what has changed, deletes what it brought, and leaves the rest', async () => {
    expect((await json('--', 'true')).sync).toMatchObject({ files: 5, deleted: 0, method });
    expect((await json('--', 'true')).sync).toEqual({ files: 0, bytes: 0, deleted: 0, method: null });
    writeFileSync(there('made'), 'in the box');
    writeFileSync(there('lib/made'), 'in the box');
    writeFileSync(here('main.py'), 'print(2)\n');
    rmSync(here('lib'), { recursive: true });
    rmSync(here('new.txt'));
    mkdirSync(here('new.txt'));
    writeFileSync(here('new.txt/inner'), 'a directory now');
    expect((await json('--', 'true')).sync).toMatchObject({ files: 2, deleted: 2, method });
    expect(readFileSync(there('main.py'), 'utf8')).toBe('print(2)\n');
    expect(readFileSync(there('new.txt/inner'), 'utf8')).toBe('a directory now');
    expect(existsSync(there('lib/a b'))).toBe(false);
    expect(existsSync(there('lib/made'))).toBe(true);
    expect(existsSync(there('made'))).toBe(true);
  });

  it('deletes nothing behind a link, whatever the box says was brought', async () => {
    await json('--', 'true');
    const outside = makeTree({ 'it.py': 'precious' });
    rmSync(there('lib'), { recursive: true });
    mkdirSync(there('lib'));
    symlinkSync(outside.path, there('lib/a b'));
    writeFileSync(join(outside.path, "it's $(x).py"), 'precious');
    rmSync(here('lib'), { recursive: true });
    expect((await json('--', 'true')).sync).toMatchObject({ deleted: 1 });
    expect(existsSync(join(outside.path, "it's $(x).py"))).toBe(true);
    outside.remove();
  });

  it('fetches what it made, and nothing into .git', async () => {
    const script =
      'mkdir -p out/deep .git/hooks sub/.GIT; echo 1 > out/a.png; echo 2 > out/b.txt; echo 3 > out/deep/c.png; ' +
      'echo bad > .git/hooks/post-checkout; echo bad > sub/.GIT/x; ln -s /etc/passwd out/l.png; echo r > report; chmod 700 report';
    const said = await json('artifacts=[out/**/*.png,report,.git,sub,no/such]', '--', 'sh', '-c', script);
    expect(said).toMatchObject({ exit_code: 0, artifacts: ['out/a.png', 'out/deep/c.png', 'report'] });
    expect(readFileSync(here('out/deep/c.png'), 'utf8')).toBe('3\n');
    expect(statSync(here('report')).mode & 0o777).toBe(0o700);
    expect(existsSync(here('out/b.txt'))).toBe(false);
    expect(existsSync(here('out/l.png'))).toBe(false);
    expect(existsSync(here('.git/hooks/post-checkout'))).toBe(false);
    expect(existsSync(here('sub'))).toBe(false);
  });

  it('writes no artifact through a link that is here, and keeps the box then', async () => {
    const outside = makeTree({});
    symlinkSync(outside.path, here('out'));
    const script = 'rm -f out; mkdir -p out; echo 1 > out/a';
    const ran = await run('artifacts=[out]', 'after=down', '--json', '--', 'sh', '-c', script);
    expect(ran.code).toBe(1);
    expect(JSON.parse(ran.stderr).error).toMatchObject({ code: 'cp/in-the-way' });
    expect(JSON.parse(ran.stderr).error.hint).toContain('The box is kept');
    expect(JSON.parse(ran.stdout)).toMatchObject({ box: 'kept', artifacts: [], exit_code: 0 });
    expect(existsSync(join(outside.path, 'a'))).toBe(false);
    outside.remove();
  });

  it('runs in the same place below the root, and fetches to there', async () => {
    const cwd = here('lib');
    const ran = await world().run(['artifacts=[made]', '--', 'sh', '-c', 'pwd > made; ls'], { cwd });
    expect(ran.stdout).toBe('a b\nmade\n');
    expect(readFileSync(join(cwd, 'made'), 'utf8')).toBe(`${there('lib')}\n`);
  });

  it('says where a wrong word is wrong', async () => {
    const wrong = async (...words: string[]) => JSON.parse((await run('--json', ...words)).stderr).error;
    expect(await wrong()).toMatchObject({ code: 'run/no-command' });
    expect(await wrong('artifacts=[../x]', '--', 'true')).toMatchObject({ code: 'run/artifacts' });
    expect(await wrong('sync=false', '--', 'true')).toMatchObject({ code: 'run/no-directory' });
    const home = await world().run(['--json', '--', 'true'], { cwd: world().home.path });
    expect(JSON.parse(home.stderr).error).toMatchObject({ code: 'run/everything' });
    const none = JSON.parse((await world().run(['--json', '--', 'true'], { box: 'nobody' })).stderr).error;
    expect(none).toMatchObject({ code: 'box/not-found' });
    expect(none.hint).toContain('devbox up instance_name=nobody');
  });

  it('runs without the files, elsewhere, and for a limited time', async () => {
    expect((await run('directory=else where', '--', 'true')).code).toBe(0);
    writeFileSync(here('main.py'), 'later');
    const ran = await json('sync=false', 'directory=else where', '--', 'cat', 'main.py');
    expect(ran).toMatchObject({ sync: null, stdout: 'print(1)\n' });
    const long = await run('timeout=1', '--json', '--', 'sleep', '60');
    expect(long.code).toBe(6);
    expect(JSON.parse(long.stdout)).toMatchObject({ timed_out: true, exit_code: 124, box: 'kept' });
  });

  it('releases a box only where a lease says that devbox made it', async () => {
    rmSync(join(world().home.path, '.local/state/devbox/leases'), { recursive: true });
    expect(await json('after=release', '--', 'true')).toMatchObject({ box: 'kept' });
  });

  it('says on Ctrl-C that the box stays', async () => {
    const words = ['after=down', '--', 'sh', '-c', 'echo begun >&2; while echo x; do sleep 0.1; done'];
    const ran = await world().run(words, { until: 'begun' });
    expect(ran.code).toBe(130);
    expect(ran.stderr).toContain('is kept');
    expect(ran.stderr).toContain('devbox down ');
  });

  it('takes the box down afterwards, whatever the command ended with', async () => {
    const ran = await json('after=down', 'artifacts=[made]', '--', 'sh', '-c', 'echo 1 > made; exit 3');
    expect(ran).toMatchObject({ exit_code: 3, artifacts: ['made'], box: 'down' });
    expect((await run('--', 'true')).code).not.toBe(0);
  });
}

(noGit ? describe.skip : describe)('run on a box of this machine', () => {
  let world: World;
  beforeAll(async () => {
    const home = makeHome();
    const settings = ['api=local', 'api.idle_timeout=0.2'];
    expect(await home.run(['up', 'instance_name=box', ...settings])).toMatchObject({ code: 0 });
    const inBox = await home.run(['exec', 'box', ...settings, '--', 'sh', '-c', 'cd ~ && pwd -P']);
    world = {
      home,
      boxHome: inBox.stdout.trim(),
      run: (words, { cwd = tree.path, box = 'box', until } = {}) =>
        home.run(['run', box, ...settings, ...words], { cwd, input: 'input\n', ...interruptedAt(until) }),
      async end() {
        await home.run(['down', 'box', ...settings]);
        home.remove();
      },
    };
  });
  afterAll(() => world?.end());
  contract(() => world, 'copy');
});

(noGit ? describe.skip : describe)('docs/run.md', () => {
  it('runs as it is printed', async () => {
    const home = makeHome();
    writeFileSync(
      here('train.sh'),
      '#!/bin/sh\nmkdir -p out\necho 1 >out/a.png\necho 2 >model.bin\necho "$*" >>train.log\n',
    );
    chmodSync(here('train.sh'), 0o755);
    expect((await home.run(['up', 'api=local'])).code).toBe(0);
    const lines = devboxLines(readFileSync(join(projectRoot, 'docs/run.md'), 'utf8'));
    expect(lines.length).toBeGreaterThan(3);
    for (const line of lines) {
      const result = await home.run(shellWords(line).slice(1), { cwd: tree.path });
      expect({ line, ...result }).toMatchObject({ line, code: 0 });
    }
    expect(readFileSync(here('model.bin'), 'utf8')).toBe('2\n');
    expect((await home.run(['ls', 'api=local', '-q'])).stdout).toBe('');
    home.remove();
  });
});

(noGit || noSshd ? describe.skip : describe)('run on a box that is reached over SSH', () => {
  let sshd: Sshd;
  let world: World;
  beforeAll(async () => {
    sshd = await startSshd();
    const user = await lambdaUser({ statuses: ['active'], address: '127.0.0.1' });
    const { port, username, identityFile } = sshd;
    const settings = [`ssh.port=${port}`, `ssh.username=${username}`, `ssh.identity_file=${identityFile}`];
    const box = makeTree({});
    const devbox = (words: readonly string[], cwd: string, until?: string) => {
      const end = words.includes('--') ? words.indexOf('--') : words.length;
      const own = [...words.slice(0, end), ...settings, `api.base_url=${user.fake.baseUrl}`];
      return user.home.run([...own, 'api.request_interval=0.0', ...words.slice(end)], {
        env: { LAMBDA_API_KEY: user.fake.apiKey },
        cwd,
        input: 'input\n',
        ...interruptedAt(until),
      });
    };
    expect(
      (
        await devbox(
          ['up', 'gh200', 'instance_name=box', 'wait.ssh=false', 'cloud_init.enabled=false'],
          box.path,
        )
      ).code,
    ).toBe(0);
    world = {
      home: user.home,
      boxHome: box.path,
      run(words, { cwd = tree.path, box: name = 'box', until } = {}) {
        const isElsewhere = words.some((word) => word.startsWith('directory='));
        const where = isElsewhere
          ? words.map((word) => word.replace(/^directory=(.*)/, `directory=${box.path}/$1`))
          : [`directory=${box.path}/${tree.path.split('/').at(-1)}`, ...words];
        return devbox(['run', name, ...where], cwd, until);
      },
      async end() {
        await user.end();
        box.remove();
      },
    };
  });
  afterAll(async () => {
    await world?.end();
    await sshd?.stop();
  });
  contract(() => world, 'rsync');
});
