import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { load } from 'js-yaml';
import { commandNames } from '../../src/commands/table.ts';
import { type Home, makeHome, projectRoot } from '../support/bin.ts';

let home: Home;
beforeEach(() => {
  home = makeHome();
});
afterEach(() => home.remove());

function write(path: string, content: string): void {
  const file = join(home.path, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
}

async function composed(argv: readonly string[], cwd = home.path): Promise<Record<string, unknown>> {
  const result = await home.run(['--cfg', 'job', ...argv], { cwd });
  expect(result).toMatchObject({ code: 0, stderr: '' });
  return Object(load(result.stdout));
}

describe('--cfg job', () => {
  it('prints the composed configuration as YAML, or as JSON', async () => {
    const yaml = await composed(['command=up_gh200', 'max_retries=50', 'wait.timeout=60']);
    expect(yaml).toMatchObject({
      command: 'up',
      region: 'us-east-3',
      max_retries: 50,
      max_backoff: 120,
      wait: { timeout: 60, poll_interval: 5 },
      api: { provider: 'lambda', api_key: '${oc.env:LAMBDA_API_KEY,null}' },
    });
    const json = await home.run([
      '--cfg',
      'job',
      '--json',
      'command=up_gh200',
      'max_retries=50',
      'wait.timeout=60',
    ]);
    expect(JSON.parse(json.stdout)).toEqual(yaml);
  });

  it('resolves interpolations, and shows no key', async () => {
    const env = { LAMBDA_API_KEY: 'a-key-that-nobody-may-see' };
    const result = await home.run(['--cfg', 'job', '--resolve', 'command=list'], { env });
    expect(result.stdout).toContain("api_key: '[hidden]'");
    expect(result.stdout).not.toContain(env.LAMBDA_API_KEY);
    expect((await home.run(['--cfg', 'job', '--resolve', 'command=list'])).stdout).toContain('api_key: null');
  });

  it('takes both spellings, flags, hyphens and the alias of the name', async () => {
    const canonical = await composed(['command=up_gh200', 'max_retries=50', 'instance_name=x']);
    expect(await composed(['up', 'gh200', '--max-retries', '50', 'name=x'])).toEqual(canonical);
    expect(await composed(['--instance-name=x', 'command=up-gh200', '--max-retries=50'])).toEqual(canonical);
  });

  it('lets env and tags take any key', async () => {
    expect(await composed(['up', 'env.COLOUR=x', 'tags.team=ml'])).toMatchObject({
      env: { COLOUR: 'x' },
      tags: { team: 'ml' },
    });
  });
});

describe('trees', () => {
  it('puts --config-dir before the project, that before the user, that before what is shipped', async () => {
    write('.config/devbox/wait/default.yaml', 'timeout: 1.0\npoll_interval: 1.0\n');
    expect(await composed(['list'])).toMatchObject({ wait: { timeout: 1 } });
    write('p/.devbox/wait/default.yaml', 'timeout: 2.0\npoll_interval: 1.0\n');
    expect(await composed(['list'], join(home.path, 'p'))).toMatchObject({ wait: { timeout: 2 } });
    write('given/wait/default.yaml', 'timeout: 3.0\npoll_interval: 1.0\n');
    expect(await composed(['list', '--config-dir', '../given'], join(home.path, 'p'))).toMatchObject({
      wait: { timeout: 3 },
    });
  });

  it('lets --config-path and --config-name replace the primary configuration', async () => {
    write('other/mine.yaml', 'a: 1\n');
    expect(await composed(['a=2', '--config-path', 'other', '--config-name', 'mine'])).toEqual({ a: 2 });
  });

  it('takes overrides from a project before those of the command line', async () => {
    write('.devboxrc.yaml', 'overrides: [api=local, wait.timeout=9]\n');
    expect(await composed(['list'])).toMatchObject({ api: { provider: 'local' }, wait: { timeout: 9 } });
    expect(await composed(['list', 'wait.timeout=10'])).toMatchObject({ wait: { timeout: 10 } });
  });

  it('composes every shipped command, preset and example', async () => {
    const optionsOf = (tree: string): string[] =>
      readdirSync(join(projectRoot, tree, 'command')).map((file) => file.replace(/\.yaml$/, ''));
    for (const option of [...optionsOf('conf'), ...optionsOf('presets')]) {
      const { command } = await composed([`command=${option}`]);
      expect(commandNames).toContain(command);
    }
    for (const option of optionsOf('examples/project/.devbox')) {
      expect(await composed([`command=${option}`], join(projectRoot, 'examples/project'))).toMatchObject({
        command: 'up',
        wait: { timeout: 1800 },
      });
    }
  }, 300_000);
});

describe('wrong settings end with exit 2 and say where and what', () => {
  const rows: readonly [string, string[], RegExp[]][] = [
    ['an unknown key', ['up', 'max_retires=3'], [/max_retires/, /max_retries/]],
    ['an unknown key under a group', ['list', 'wait.timout=3'], [/wait\.timout/, /timeout/]],
    ['an unknown option', ['command=upp'], [/no option upp/, /up\b/]],
    [
      'a wrong type',
      ['up', 'quantity=many', 'api=local'],
      [/quantity is "many"/, /the override quantity=many/, /a number/],
    ],
    ['a value out of bounds', ['list', 'wait.timeout=0'], [/wait\.timeout is 0/, /more than 0/]],
    [
      'a value that is none of the allowed ones',
      ['list', 'resource=instnces'],
      [/instances, instance_types/],
    ],
    [
      'what a provider needs and nobody set',
      ['up', 'region=x'],
      [/instance_type is not set/, /up on lambda/, /conf\/command\/up\.yaml:\d+/, /instance_type=VALUE/],
    ],
    ['a mandatory value', ['down'], [/instance_identifier is not set/, /conf\/command\/down\.yaml:\d+/]],
    ['an unknown provider', ['list', 'api.provider=lmbda'], [/lmbda/, /Did you mean lambda\?/]],
    ['an unfinished override', ['list', 'wait.timeout=[1'], [/\[1/]],
    ['a sweep where a list is meant', ['exec', 'b', 'argv=a,b'], [/argv=\[a,b\]/]],
    ['an unknown command', ['lst'], [/lst is no command/, /devbox list/]],
    ['no command', ['wait.timeout=3'], [/no command/]],
    ['words after -- for a command that takes none', ['list', '--', 'x'], [/no words after --/]],
    ['a missing directory', ['list', '--config-dir', 'nowhere'], [/nowhere: there is no such directory/]],
  ];
  it.each(rows)('%s', async (_name, argv, patterns) => {
    const result = await home.run(argv, { env: { LAMBDA_API_KEY: 'none-needed' } });
    expect(result).toMatchObject({ code: 2, stdout: '' });
    for (const pattern of patterns) expect(result.stderr).toMatch(pattern);
  });

  it('an unknown key in a file, with its line', async () => {
    write(
      '.config/devbox/command/mine.yaml',
      '# @package _global_\ndefaults:\n  - list\n  - _self_\nresorce: images\n',
    );
    const result = await home.run(['command=mine']);
    expect(result.code).toBe(2);
    expect(result.stderr).toMatch(/resorce is no setting of list/);
    expect(result.stderr).toMatch(/\.config\/devbox\/command\/mine\.yaml:5/);
    expect(result.stderr).toMatch(/Did you mean resource\?/);
  });

  it('says as JSON what is wrong', async () => {
    const result = await home.run(['up', 'quantity=many', 'api=local', '--json']);
    expect(JSON.parse(result.stderr)).toMatchObject({ error: { code: 'config/invalid', exit: 2 } });
  });

  it('broken YAML, with its lines', async () => {
    write('.config/devbox/wait/default.yaml', 'timeout: 1\n  poll_interval: [\n');
    const result = await home.run(['list']);
    expect(result.code).toBe(2);
    expect(result.stderr).toMatch(/wait\/default\.yaml:\d/);
  });
});

describe('text settings take what was typed', () => {
  it.each(['123456', '1e2345', '007', 'true', '1_000', '0x1f'])('%s', async (identifier) => {
    const result = await home.run(['down', `instance_identifier=${identifier}`, 'api=local']);
    expect(result.code).toBe(4);
    expect(result.stderr).toContain(`no box with the id or name ${identifier}`);
  });

  it('in files too', async () => {
    write(
      '.config/devbox/command/end.yaml',
      '# @package _global_\ndefaults: [down, _self_]\ninstance_identifier: 1e5\n',
    );
    expect((await home.run(['command=end', 'api=local'])).stderr).toContain('no box with the id or name 1e5');
  });
});

describe('a project that is merely found', () => {
  it.each([
    [
      'its tree',
      '.devbox/api/default.yaml',
      'defaults: [lambda, _self_]\nbase_url: http://127.0.0.1:1/steal\n',
    ],
    ['its overrides', '.devboxrc.yaml', 'overrides: ["api.base_url=http://127.0.0.1:1/steal"]\n'],
  ])('may not redirect credentials through %s', async (_name, file, content) => {
    write(file, content);
    const result = await home.run(['list'], { env: { LAMBDA_API_KEY: 'a-key-1234567' } });
    expect(result.code).toBe(2);
    expect(result.stderr).toMatch(/the project sets api\.base_url/);
  });
});

describe('help and version', () => {
  it('says what there is', async () => {
    const help = await home.run(['--help']);
    expect(help).toMatchObject({ code: 0, stderr: '' });
    for (const word of [
      '\n  up ',
      '\n  auth login ',
      'Boxes:',
      'command=up_gh200',
      '--api-key KEY',
      'api: aws, default, gpulab, lambda, local',
      'poll_interval: 5',
      '130',
    ]) {
      expect(help.stdout).toContain(word);
    }
    expect(await home.run([])).toEqual(help);
  });

  it('explains a command with its settings, defaults and examples', async () => {
    const help = await home.run(['help', 'up']);
    for (const word of [
      '--max-retries',
      '20',
      '-e, --env',
      '--wait-after-launch, --wait',
      'devbox command=up_gh200 max_retries=50',
    ])
      expect(help.stdout).toContain(word);
    expect(await home.run(['up', '--help'])).toEqual(help);
    expect((await home.run(['help', 'upp'])).code).toBe(2);
  });

  it('explains commands of several words, and the words that begin them', async () => {
    const help = await home.run(['help', 'volumes', 'files', 'ls']);
    expect(help.stdout).toMatch(
      /^volumes files ls: .*\n\ndevbox command=volumes_files_ls .*\ndevbox volumes files ls VOLUME \[PATH\]/,
    );
    expect(await home.run(['volumes', 'files', 'ls', 'v', '--help', '--path', 'x'])).toEqual(help);
    expect((await home.run(['help', 'auth'])).stdout).toMatch(/\n {2}auth login +\S/);
    expect((await home.run(['help', 'version'])).stdout).toMatch(/^version: the version/);
    expect((await home.run(['help', 'rm'])).stdout).toMatch(/devbox rm /);
    expect((await home.run(['help', 'auht'])).stderr).toMatch(/Commands:.* auth, /);
  });

  it('lists the flags for what lies deeper than a setting', async () => {
    expect((await home.run(['help', 'status'])).stdout).toMatch(
      /--param-prefix +the same as api\.param_prefix=/,
    );
  });

  it('puts every command under a heading', async () => {
    expect((await home.run(['--help'])).stdout).not.toContain('Others:');
  });

  it('tells its version', async () => {
    expect((await home.run(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

it('leaves nothing behind in the working directory', async () => {
  await home.run(['list', 'api=local']);
  await home.run(['--cfg', 'job', 'command=up_gh200', 'max_retries=50']);
  expect(readdirSync(home.path)).toEqual([]);
});
