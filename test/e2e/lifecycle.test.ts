import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type BinResult, type Home, makeHome, projectRoot } from '../support/bin.ts';
import { openTerminal } from '../support/terminal.ts';

// Boxes of this machine, kept by the real server; the file's boxes have names of their own and share one server.
let home: Home;
beforeAll(() => {
  home = makeHome();
  writeFileSync(join(home.path, '.devboxrc.yaml'), 'overrides: [api=local]\n');
});
afterAll(async () => {
  const { stdout } = await home.run(['ls', '-q']);
  const ids = stdout.split('\n').filter(Boolean);
  if (ids.length > 0) await home.run(['rm', ...ids]);
  home.remove();
});

const devbox = (...argv: string[]): Promise<BinResult> => home.run(argv);
const json = async (...argv: string[]) => JSON.parse((await devbox(...argv, '--json')).stdout);

async function deployed(name: string, ...argv: string[]): Promise<string> {
  const { stdout, stderr, code } = await devbox('deploy', `instance_name=${name}`, '--quiet', ...argv);
  if (code !== 0) throw new Error(stderr);
  return stdout.trim();
}

describe('deploy', () => {
  it('ends with a card that says where the ports are and what to type next', async () => {
    const { code, stdout } = await devbox(
      ...['deploy', '--name', 'carded', '--ports', '18080,18888', '--wait'],
      ...['--', 'sleep', '1000'],
    );
    expect(code).toBe(0);
    expect(stdout).toMatch(/^carded\n +ID: {2}\S{36}\n +Status: {2}running\n +Shell: {2}devbox ssh carded\n/);
    expect(stdout).toMatch(/ Ports: {2}18080( → http:\/\/\S+)?\n +18888/);
    expect(stdout).toMatch(
      /\n\nRun: +devbox exec carded -- COMMAND\nLogs: +devbox logs carded\nEnd: +devbox down carded\n$/,
    );
  });

  it('gives machines the id as GPULab’s own client does, and as every command of devbox does', async () => {
    const box = await json('deploy', 'name=for-machines', 'ports=[18081]');
    expect(box).toMatchObject({
      container_id: box.id,
      uuid: box.id,
      name: 'for-machines',
      status: 'running',
      phase: 'ready',
      gpu_type: null,
      ports: { 18081: expect.anything() },
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
    });
    expect(Number.isInteger(box.uptime)).toBe(true);
  });

  it('hands each word after -- over as it is', async () => {
    await deployed('words', '--', 'sh', '-c', 'printf "<%s>" "$@"; sleep 1000', 'sh', 'a b', "it's", '$HOME');
    expect(await json('inspect', 'words')).toMatchObject({
      command: expect.stringContaining(`'a b' 'it'\\''s' '$HOME'`),
    });
  });

  it('takes the environment from a file, from the caller and from the command line, in that order', async () => {
    writeFileSync(
      join(home.path, 'box.env'),
      '# a note\nexport FROM_FILE="in quotes"\nBOTH=file\nno variable\n\nEMPTY=\nHASH=a#b\n',
    );
    await home.run(
      [
        'deploy',
        'name=env',
        'env_file=box.env',
        '--env',
        'FROM_CALLER',
        '--env',
        'BOTH=line',
        '--env',
        'EQUALS=a=b',
      ],
      { env: { FROM_CALLER: 'mine', UNASKED: 'secret' } },
    );
    const inspected = await json('inspect', 'env', 'show_env=true');
    expect(inspected.environment).toEqual({
      FROM_FILE: 'in quotes',
      BOTH: 'line',
      EMPTY: '',
      HASH: 'a#b',
      FROM_CALLER: 'mine',
      EQUALS: 'a=b',
    });
  });

  it('shows the box that is there already, and says so', async () => {
    const id = await deployed('twice');
    const again = await devbox('deploy', 'name=twice', 'gpu_type=H100');
    expect(again).toMatchObject({ code: 0, stdout: expect.stringContaining(id) });
    expect(again.stderr).toContain('twice is up already; nothing was launched');
  });

  it('is what up does', async () => {
    const { code } = await devbox(
      'up',
      'instance_name=upped',
      'ports=[9000]',
      'env.A=1',
      '--',
      'sleep',
      '1000',
    );
    expect(code).toBe(0);
    expect(await json('inspect', 'upped')).toMatchObject({ command: 'sleep 1000', environment_names: ['A'] });
  });
});

describe('what is wrong is said before anything is asked for', () => {
  beforeAll(() => {
    writeFileSync(join(home.path, 'bad.env'), 'GOOD=1\n2BAD=x\n');
    writeFileSync(join(home.path, 'latin.env'), Buffer.from([0x41, 0x3d, 0xff, 0x0a]));
    mkdirSync(join(home.path, 'folder'), { recursive: true });
  });

  const rows: readonly [string, string[], RegExp, RegExp][] = [
    ['no name', [], /instance_name is not set/, /instance_name=VALUE/],
    ['a name that is no file name', ['name=a/b'], /instance_name "a\/b"/, /instance_name=NAME/],
    ['port 0', ['name=x', 'ports=[0]'], /ports\.0/, /override it/],
    ['a port too high', ['name=x', '--ports', '8080,70000'], /70000/, /override it/],
    ['a word for a port', ['name=x', '--ports', 'http'], /ports/, /override it/],
    ['half a GB', ['name=x', 'memory=0.5'], /memory/, /override it/],
    ['no memory', ['name=x', 'memory=0'], /at least 1 GB/, /override it/],
    ['a relative mount path', ['name=x', 'mount_path=data'], /absolute path/, /override it/],
    ['an unknown policy', ['name=x', 'pull_policy=always'], /pull_policy/, /override it/],
    ['a variable that is none', ['name=x', '--env', '1A=x'], /no name of a variable/, /override it/],
    ['an env file that is not there', ['name=x', 'env_file=none.env'], /none\.env/, /env_file=FILE/],
    ['an env file that is a folder', ['name=x', 'env_file=folder'], /it is a directory/, /env_file=FILE/],
    ['an env file that is no text', ['name=x', 'env_file=latin.env'], /no UTF-8 text/, /env_file=FILE/],
    ['a line of an env file', ['name=x', 'env_file=bad.env'], /bad\.env:2/, /no digit first/],
    ['a command said twice', ['name=x', 'startup_command=ls', '--', 'ls'], /given twice/, /Leave out/],
    ['a line as one word', ['name=x', '--', 'python train.py'], /several words/, /override it/],
    ['a setting of machines', ['name=x', 'region=us-east-3'], /region/, /./],
    ['a typing error', ['name=x', 'gpu_typ=H100'], /did you mean gpu_type/, /--help/],
  ];
  it.each(rows)('%s', async (_name, argv, problem, hint) => {
    const { code, stdout, stderr } = await devbox('deploy', ...argv);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(problem);
    expect(stderr.slice(stderr.indexOf('Next:'))).toMatch(hint);
  });

  it('so that nothing was made', async () => {
    expect(await json('ls')).not.toContainEqual(expect.objectContaining({ name: 'x' }));
  });
});

describe('ls', () => {
  it('shows boxes as columns, and only those of a status', async () => {
    const id = await deployed('listed');
    await deployed('resting');
    await devbox('stop', 'resting');
    const { stdout } = await devbox('ls');
    expect(stdout).toMatch(/^NAME +ID +STATUS +GPU\/TYPE +UPTIME +ENDS\n/);
    expect(stdout).toMatch(new RegExp(`^listed +${id.slice(0, 12)} +running +- +\\d+s +23h$`, 'm'));
    expect(stdout).toMatch(/^resting +\S{12} +stopped +- +- +23h$/m);
    expect(await json('ls', '--status', 'stopped')).toMatchObject([{ name: 'resting', uptime: null }]);
    expect((await devbox('ls', 'status=running', '-q')).stdout).toContain(id);
    expect((await devbox('containers', 'ls', 'status=failed')).stdout).toMatch(
      /^No boxes are failed, \d+ boxes of/,
    );
    expect((await devbox('ls', 'status=failed', '--json')).stdout).toBe('[]\n');
  });

  it.each([80, 40])('fits %s columns of a terminal', async (columns) => {
    await deployed('wide-name-of-a-box-that-is-long');
    const terminal = openTerminal([process.execPath, join(projectRoot, 'dist', 'main.js'), 'ls'], {
      columns,
      cwd: home.path,
      env: { PATH: process.env['PATH'] ?? '', HOME: home.path, TERM: 'xterm-256color' },
    });
    expect(await terminal.exited).toBe(0);
    const { text } = terminal.screen();
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(columns);
    expect(text).toMatch(columns === 80 ? /NAME +ID/ : /NAME: {2}/);
    if (columns === 80) expect(terminal.output()).toContain('\u001b[36mNAME\u001b[39m');
  });
});

describe('inspect', () => {
  it('says everything but the values of the environment', async () => {
    await deployed('looked-at', 'tags.team=ml', 'env.TOKEN=hush-hush', 'memory=4', '--', 'sleep', '1000');
    const shown = await devbox('containers', 'inspect', 'looked-at');
    expect(shown.stdout).toMatch(/Command: {2}sleep 1000\n/);
    expect(shown.stdout).toMatch(/Environment: {2}TOKEN\n/);
    expect(shown.stdout).toMatch(/Memory: {2}4 GB\n/);
    expect(shown.stdout).toMatch(/Tags: {2}team=ml/);
    expect(shown.stdout).toMatch(/Isolation: {2}\S/);
    const machine = await devbox('inspect', 'looked-at', '--json');
    expect(shown.stdout + machine.stdout).not.toContain('hush-hush');
    expect(JSON.parse(machine.stdout)).toMatchObject({ memory_gb: 4, tags: { team: 'ml' }, volume: null });
    expect((await devbox('inspect', 'looked-at', '--show-env')).stdout).toContain('TOKEN=hush-hush');
  });

  it('finds a box by the beginning of its id, and says why a shorter one is not enough', async () => {
    const id = await deployed('begun');
    expect(await json('inspect', id.slice(0, 6))).toMatchObject({ id });
    const short = await devbox('inspect', id.slice(0, 5));
    expect(short.code).toBe(4);
    expect(short.stderr).toMatch(/that of begun begins so, but a beginning has to have 6 characters or more/);
  });
});

describe('stop, start, restart and redeploy', () => {
  it('go through the states of a box, which keeps its id', async () => {
    const id = await deployed('cycled', '--', 'sleep', '1000');
    expect(await json('stop', 'cycled')).toMatchObject({ id, status: 'stopped', uptime: null });
    const unreachable = await devbox('exec', 'cycled', '--', 'true');
    expect(unreachable).toMatchObject({ code: 1, stderr: expect.stringContaining('command=start') });
    const waited = await devbox('wait', 'cycled');
    expect(waited).toMatchObject({ code: 1, stderr: expect.stringContaining('it is stopped') });
    const up = await devbox('up', 'name=cycled');
    expect(up.stderr).toContain('cycled is stopped; nothing was launched');
    expect(await json('start', 'cycled')).toMatchObject({ id, status: 'running' });
    expect(await json('restart', id.slice(0, 8))).toMatchObject({ id, status: 'running' });
    expect(await json('redeploy', 'cycled')).toMatchObject({ id });
    expect((await devbox('wait', 'cycled')).code).toBe(0);
  });

  it('take several boxes, all of which are found before anything is done', async () => {
    const ids = [await deployed('one'), await deployed('two')];
    const missing = await devbox('stop', 'one', 'nobody', 'two');
    expect(missing).toMatchObject({ code: 4, stdout: '' });
    expect(await json('ls', 'status=stopped')).not.toContainEqual(expect.objectContaining({ name: 'one' }));
    expect((await devbox('stop', 'one', 'two', 'one', '-q')).stdout).toBe(`${ids.join('\n')}\n`);
    expect(await json('start', 'one', 'two')).toMatchObject([{ name: 'one' }, { name: 'two' }]);
    expect(await json('rm', 'one', 'two')).toMatchObject([{ status: 'deleted' }, { status: 'deleted' }]);
  });
});

describe('rm', () => {
  it('wants the whole id or name where nobody can be asked, or force', async () => {
    const id = await deployed('kept');
    const part = await devbox('rm', id.slice(0, 8));
    expect(part).toMatchObject({ code: 2, stdout: '' });
    expect(part.stderr).toContain(`instance_identifier=${id}`);
    expect((await devbox('inspect', 'kept')).code).toBe(0);
    expect((await devbox('rm', id.slice(0, 8), '--force')).code).toBe(0);
    expect((await devbox('inspect', 'kept')).code).toBe(4);
  });

  it.each([
    ['n', 1, 'nothing was deleted'],
    ['y', 0, 'deleted'],
  ])('asks a person who named a part of an id; %s', async (answer, code, text) => {
    const id = await deployed('asked');
    const terminal = openTerminal(
      [process.execPath, join(projectRoot, 'dist', 'main.js'), 'rm', id.slice(0, 8)],
      {
        columns: 100,
        cwd: home.path,
        env: { PATH: process.env['PATH'] ?? '', HOME: home.path, TERM: 'xterm-256color' },
      },
    );
    await terminal.until((screen) => /Delete asked \(.*running\)\? \[y\/N\]/.test(screen.text));
    terminal.type(`${answer}\n`);
    expect(await terminal.exited).toBe(code);
    expect(terminal.screen().text).toContain(text);
    expect((await devbox('inspect', 'asked')).code).toBe(code === 0 ? 4 : 0);
  });
});
