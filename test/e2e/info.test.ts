import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { load } from 'js-yaml';
import { type BinResult, type Home, makeHome, projectRoot } from '../support/bin.ts';
import { openTerminal } from '../support/terminal.ts';

let home: Home;
beforeEach(() => {
  home = makeHome();
});
afterEach(() => home.remove());

function write(path: string, content: string): string {
  const file = join(home.path, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
  return file;
}

async function output(argv: readonly string[], cwd = home.path): Promise<string> {
  const result = await home.run(argv, { cwd });
  expect(result).toMatchObject({ code: 0, stderr: '' });
  return result.stdout;
}

const json = async (argv: readonly string[], cwd?: string) =>
  JSON.parse(await output([...argv, '--json'], cwd));

/** Where a value was set, as `--info provenance --json` tells it. */
interface Origin {
  readonly kind: 'file' | 'override';
  readonly file?: string;
  readonly line?: number;
  readonly column: number;
  readonly override?: string;
  readonly from?: string;
  readonly position?: number;
  readonly text?: string;
  readonly replaced?: Origin;
}

interface Leaf {
  readonly key: string;
  readonly value: unknown;
  readonly origin: Origin;
}

async function provenance(argv: readonly string[], cwd?: string): Promise<Leaf[]> {
  return (await json(['--info', 'provenance', ...argv], cwd)).provenance;
}

const originOf = async (key: string, argv: readonly string[], cwd?: string): Promise<Origin | undefined> =>
  (await provenance(argv, cwd)).find((leaf) => leaf.key === key)?.origin;

/** The line of a file that an origin names, from the column on. */
function pointedAt({ file = '', line = 0, column }: Origin): { before: string; rest: string } {
  const text = readFileSync(file, 'utf8').split('\n')[line - 1] ?? '';
  return { before: text.slice(0, column - 1), rest: text.slice(column - 1) };
}

function leafPaths(value: unknown, path = ''): string[] {
  if (typeof value !== 'object' || value === null || Object.keys(value).length === 0) return [path];
  return Object.entries(value).flatMap(([key, item]) =>
    leafPaths(item, path === '' ? key : `${path}.${key}`),
  );
}

describe('--info provenance', () => {
  const argv = ['command=up_gh200', 'max_retries=50'];

  it('names the right file, line and column for every leaf, or the override', async () => {
    const leaves = await provenance(argv);
    const config = await json(['--cfg', 'job', ...argv]);
    expect(leaves.map(({ key }) => key).sort()).toEqual(leafPaths(config).sort());

    const fromFiles = leaves.filter(({ key }) => key !== 'max_retries');
    for (const { key, value, origin } of fromFiles) {
      const { before, rest } = pointedAt(origin);
      expect({ key, before: before.trim() }).toEqual({ key, before: `${key.split('.').at(-1)}:` });
      expect({ key, value: load(rest) }).toEqual({ key, value });
      for (let at = origin.replaced; at; at = at.replaced) {
        expect({ key, before: pointedAt(at).before.trim() }).toEqual({ key, before: `${key}:` });
      }
    }
    const files = new Set(fromFiles.map(({ origin }) => origin.file));
    expect([...files].map((file = '') => file.slice(projectRoot.length + 1)).sort()).toEqual([
      'conf/api/lambda.yaml',
      'conf/command/up.yaml',
      'conf/config.yaml',
      'conf/leases/default.yaml',
      'conf/ssh/default.yaml',
      'conf/wait/default.yaml',
      'presets/command/up_gh200.yaml',
    ]);
    expect(await originOf('max_retries', argv)).toMatchObject({
      kind: 'override',
      override: 'max_retries=50',
      from: 'command-line',
      position: 2,
      column: 13,
      text: '50',
      replaced: {
        file: join(projectRoot, 'presets/command/up_gh200.yaml'),
        text: '30',
        replaced: { file: join(projectRoot, 'conf/command/up.yaml'), text: '20' },
      },
    });
  });

  it('moves one origin when a file is edited', async () => {
    cpSync(join(projectRoot, 'conf'), join(home.path, 'tree'), { recursive: true });
    const file = join(home.path, 'tree', 'wait', 'default.yaml');
    const before = await provenance(['up', '--config-dir', 'tree']);
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.replace(/^poll_interval:/m, '# one line more\n  \npoll_interval:  '));
    const after = await provenance(['up', '--config-dir', 'tree']);

    const moved = after.filter((leaf, at) => JSON.stringify(leaf) !== JSON.stringify(before[at]));
    expect(moved.map(({ key }) => key)).toEqual(['wait.poll_interval']);
    const [{ origin: from } = { origin: undefined }] = before.filter(
      ({ key }) => key === 'wait.poll_interval',
    );
    expect(moved[0]?.origin).toMatchObject({
      file,
      line: (from?.line ?? 0) + 2,
      column: (from?.column ?? 0) + 2,
    });
  });

  it('tells the overrides of a project from those of the command line', async () => {
    write('p/.devboxrc.yaml', 'overrides: [wait.timeout=7, ssh.port=23]\n');
    const cwd = join(home.path, 'p');
    expect(await originOf('ssh.port', ['list', 'wait.timeout=8'], cwd)).toMatchObject({
      from: 'project',
      position: 2,
    });
    expect(await originOf('wait.timeout', ['list', 'wait.timeout=8'], cwd)).toMatchObject({
      from: 'command-line',
      position: 2,
      replaced: { from: 'project', position: 1 },
    });
  });

  it('is cards: one for each file, one for the overrides', async () => {
    const text = await output(['--info', 'provenance', ...argv]);
    expect(text).toContain("\ndevbox's own presets/command/up_gh200.yaml\n");
    expect(text).toMatch(/^ +region: {2}us-east-3 {2}at \d+:9$/m);
    expect(text).toMatch(/\nCommand Line\n +max_retries: {2}50 {2}override 2, column 13: max_retries=50\n/);
    expect(text).toMatch(/ {20}replaced 30 at devbox's own presets\/command\/up_gh200\.yaml:\d+:14\n/);
  });

  it.each([80, 40])('fits a terminal of %s columns', async (columns) => {
    const main = join(projectRoot, 'dist', 'main.js');
    const terminal = openTerminal([process.execPath, main, '--info', 'provenance', ...argv], {
      columns,
      cwd: home.path,
      env: { PATH: process.env['PATH'] ?? '', HOME: home.path, TERM: 'xterm-256color' },
    });
    expect(await terminal.exited).toBe(0);
    const lines = terminal.screen().text.split('\n');
    expect(lines.filter((line) => line.length > columns)).toEqual([]);
    expect(lines.some((line) => /^ +max_backoff: {2}120\.0 {2}at/.test(line))).toBe(true);
  });

  it('shows no secret, wherever it is quoted', async () => {
    const secret = 'not-to-be-seen';
    write('t/api/lambda.yaml', `provider: lambda\napi_key: ${secret}-too\nbase_url: x\n`);
    const given = ['up', '--config-dir', 't', `api.api_key=${secret}`, `env={DB_PASSWORD: ${secret}}`];
    for (const flags of [
      ['--info', 'all'],
      ['--info', 'all', '--json'],
      ['--cfg', 'all'],
      ['--cfg', 'all', '--resolve', '--json'],
    ]) {
      const text = await output([...flags, ...given]);
      expect(text).toContain('[hidden]');
      expect(text).not.toContain(secret);
    }
  });
});

describe('--info', () => {
  it('searchpath: whose trees, in which order, present or not; also where the configuration is broken', async () => {
    write('p/.devbox/config.yaml', 'defaults: [\n');
    write('given/x.yaml', '');
    const argv = ['--info', 'searchpath', '--config-dir', '../given'];
    const { searchpath, primary_config, project } = await json(argv, join(home.path, 'p'));
    expect(
      searchpath.map(({ from, present }: { from: string; present: boolean }) => [from, present]),
    ).toEqual([
      ['command-line', true],
      ['project', true],
      ['user', false],
      ['presets', true],
      ['built-in', true],
    ]);
    expect(primary_config).toBe('config');
    expect(project).toMatchObject({ overrides: [] });
    expect(await output(argv, join(home.path, 'p'))).toMatch(/user +~\/\.config\/devbox +no/);
  });

  it('defaults: the configs in merge order', async () => {
    const { defaults } = await json(['--info', 'defaults', 'up', 'gh200']);
    expect(
      defaults.map(({ config, package: name, is_self, parent }: Record<string, unknown>) =>
        [config, name, is_self, parent].join(' '),
      ),
    ).toEqual([
      'config  true ',
      'api/lambda api false api/default',
      'api/default api true config',
      'wait/default wait false config',
      'ssh/default ssh false config',
      'leases/default leases false config',
      'command/up  false command/up_gh200',
      'command/up_gh200  true config',
    ]);
    expect(defaults[7]).toMatchObject({
      from: 'presets',
      file: join(projectRoot, 'presets/command/up_gh200.yaml'),
    });
    expect(await output(['--info', 'defaults', 'up'])).toMatch(
      /^ {4}command\/up +_global_ +config +built-in$/m,
    );
  });

  it('defaults-tree: nested, with what was left out', async () => {
    expect(await output(['--info', 'defaults-tree', 'api=local'])).toMatch(
      /\n {4}config +_global_ +built-in\n {6}_self_ +_global_ +built-in\n {6}api: local +api +built-in\n[\s\S]*\n {6}command: null +\S+ +left out$/m,
    );
    const { defaults_tree: tree } = await json(['--info', 'defaults-tree', 'up', 'gh200']);
    expect(tree).toMatchObject({ config: 'config', from: 'built-in', used: true });
    expect(tree.children.at(-1).children.map(({ config }: { config: string }) => config)).toEqual([
      'command/up',
      'command/up_gh200',
    ]);
  });

  it('config: as --cfg job; all: everything in one document', async () => {
    expect(await output(['--info', 'config', 'up'])).toBe(await output(['--cfg', 'job', 'up']));
    const all = await json(['--info', 'all', 'up']);
    for (const kind of ['config', 'searchpath', 'defaults', 'defaults-tree', 'provenance']) {
      expect(all).toMatchObject(await json(['--info', kind, 'up']));
    }
    const text = await output(['--info', 'all', 'up', 'ssh.port=23']);
    for (const title of ['Search Path', 'Defaults Tree', 'Defaults', 'Command Line', 'Configuration'])
      expect(text).toContain(`${title}\n`);
  });
});

describe('--cfg', () => {
  it('hydra: what is known of the run', async () => {
    const { hydra, ...rest } = await json([
      '--cfg',
      'hydra',
      'up',
      'gh200',
      'hydra.job.name=bench',
      'ssh.port=23',
    ]);
    expect(rest).toEqual({});
    expect(hydra).toMatchObject({
      job: { name: 'bench', num: '???', override_dirname: 'command=up_gh200,ssh.port=23' },
      runtime: { cwd: home.path, choices: { command: 'up_gh200', api: 'default' } },
      overrides: { hydra: ['hydra.job.name=bench'], task: ['command=up_gh200', 'ssh.port=23'] },
    });
    const { config_sources: sources } = hydra.runtime;
    expect(sources.at(-1)).toEqual({
      path: join(projectRoot, 'conf'),
      schema: 'file',
      provider: 'built-in',
    });
  });

  it('values of the run reach the configuration', async () => {
    const argv = ['--cfg', 'job', '--resolve', 'up', 'env.WHERE=${hydra:runtime.cwd}/${hydra:job.name}'];
    expect((await json(argv)).env).toEqual({ WHERE: `${home.path}/devbox` });
  });

  it('all: both; floats keep their point', async () => {
    const yaml = await output(['--cfg', 'all']);
    expect(Object.keys(Object(load(yaml)))).toEqual([
      'hydra',
      'default_output',
      'default_gpu_type',
      'api',
      'wait',
      'ssh',
      'leases',
    ]);
    expect(yaml).toContain('poll_interval: 5.0\n');
  });

  it.each([
    [
      ['-p', 'wait'],
      '# @package wait\ntimeout: 900.0\nssh: true\ncloud_init: true\ngpus: true\nssh_timeout: 600.0\ncloud_init_timeout: 1800.0\ngpus_timeout: 300.0\npoll_interval: 5.0\n',
    ],
    [['--package', 'wait.timeout'], '900.0\n'],
    [['--package', 'api.api_key', '--resolve'], 'null\n'],
  ])('%j prints that part only', async (flags, expected) => {
    expect(await output(['--cfg', 'job', ...flags])).toBe(expected);
  });

  it('--package _global_ is everything', async () => {
    expect(await output(['--cfg', 'job', '--package', '_global_'])).toBe(await output(['--cfg', 'job']));
    expect(await json(['--cfg', 'all', '--package', 'hydra.job'])).toMatchObject({ name: 'devbox' });
  });
});

it.each([
  [['--cfg', 'jobs'], 'usage/cfg', 'Did you mean --cfg job?'],
  [['--info', 'provenence'], 'usage/info', 'Did you mean --info provenance?'],
  [['--cfg', 'job', '--package', 'wiat'], 'usage/package', 'Did you mean --package wait?'],
  [['up', '--package', 'wait'], 'usage/flag-combination', 'Write --cfg job'],
  [['up', '--resolve'], 'usage/flag-combination', 'Write --cfg job'],
  [['--cfg', 'job', '--info', 'all'], 'usage/flag-combination', ''],
  [['up', 'api=lcal', '--cfg', 'job'], 'config/option/unknown', ''],
])('%j is an error that says what was meant', async (argv, code, hint) => {
  const result: BinResult = await home.run([...argv, '--json']);
  expect(result).toMatchObject({ code: 2, stdout: '' });
  const { error } = JSON.parse(result.stderr);
  expect(error).toMatchObject({ code });
  expect(error.hint).toContain(hint);
});

it('an option that is not there is placed on the command line', async () => {
  const { stderr } = await home.run(['up', 'api=lcal']);
  expect(stderr).toMatch(/Set by: {2}(the override|override 2:?) api=lcal/);
  expect(stderr).not.toContain('conf/config.yaml');
});
