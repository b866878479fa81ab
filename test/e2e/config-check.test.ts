import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type BinResult, type Home, makeHome, projectRoot } from '../support/bin.ts';

let home: Home;
beforeEach(() => {
  home = makeHome();
});
afterEach(() => home.remove());

function write(files: Readonly<Record<string, string>>): void {
  for (const [path, content] of Object.entries(files)) {
    const file = join(home.path, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
}

interface Found {
  readonly code: string;
  readonly message: string;
  readonly file: string;
  readonly line: number | null;
  readonly job: string | null;
  readonly hint: string | null;
}

const check = (...argv: string[]): Promise<BinResult> => home.run(['config', 'check', ...argv]);

/** What is found in a tree with these files, each as `FILE:LINE MESSAGE`. */
async function foundIn(files: Readonly<Record<string, string>>): Promise<string[]> {
  write(Object.fromEntries(Object.entries(files).map(([path, content]) => [`tree/${path}`, content])));
  const result = await check('tree', '--json');
  expect(result.stderr).toBe('');
  const found: Found[] = JSON.parse(result.stdout);
  expect(result.code).toBe(found.length === 0 ? 0 : 2);
  const tree = `${join(home.path, 'tree')}/`;
  return found.map(({ file, line, message }) => `${file.replace(tree, '')}:${line ?? '-'} ${message}`);
}

const head = '# @package _global_\n';
const preset = `${head}defaults:\n  - up\n  - _self_\n`;

describe('a tree that is right', () => {
  const rows: readonly [string, Record<string, string>][] = [
    ['no files', {}],
    ['a preset with everything open', { 'command/up_x.yaml': preset }],
    [
      'values from elsewhere',
      {
        'command/up_x.yaml': `${preset}region: \${oc.env:NOWHERE}\ninstance_name: \${region}-\${instance_type}\n`,
      },
    ],
    [
      "a project's overrides that only some commands have",
      { '.devboxrc.yaml': 'overrides: [max_retries=50]\n', '.devbox/command/up_x.yaml': preset },
    ],
    ['names of digits', { 'command/up_x.yaml': `${preset}instance_name: 123456\n` }],
    [
      'a preset of a preset',
      { 'command/up_x.yaml': preset, 'command/up_y.yaml': `${head}defaults: [up_x]\nregion: null\n` },
    ],
    [
      'a part that presets share',
      {
        'command/_team.yaml': `${head}ssh_key_name: team\n`,
        'command/up_x.yaml': `${head}defaults: [up, _team, _self_]\n`,
      },
    ],
    [
      'a group of the team, for one command',
      {
        'size/large.yaml': `${head}instance_type: gpu_8x_h100_sxm5\n`,
        'command/up_x.yaml': `${head}defaults: [up, {/size: large}, _self_]\n`,
      },
    ],
    [
      'a group whose option is open',
      {
        'size/large.yaml': `${head}instance_type: gpu_8x_h100_sxm5\n`,
        'command/up_x.yaml': `${head}defaults:\n  - up\n  - /size: ???\n  - _self_\n`,
      },
    ],
    ['a group to be added', { 'experiment/one.yaml': `${head}max_retries: 3\n` }],
    [
      'options of the shipped groups',
      {
        'wait/patient.yaml': 'defaults: [default]\ntimeout: 1800.0\n',
        'api/eu.yaml': 'defaults: [lambda, _self_]\nbase_url: https://eu.example.com/api/v1\n',
        'ssh/other.yaml': 'defaults: [default, _self_]\nport: 2222\n',
      },
    ],
    ['files of others', { '.github/ci.yaml': 'a: [', 'node_modules/x/y.yaml': 'a: [', 'README.md': '' }],
  ];
  it.each(rows)('%s', async (_name, files) => {
    write({ 'tree/.keep': '' });
    expect(await foundIn(files)).toEqual([]);
  });

  it('is what devbox comes with, and its examples', async () => {
    for (const path of ['conf', 'presets', 'examples/project', 'examples/project/.devbox']) {
      expect(await check(join(projectRoot, path))).toMatchObject({ code: 0, stderr: '' });
    }
  });
});

describe('a tree that is wrong', () => {
  const rows: readonly [string, Record<string, string>, RegExp[]][] = [
    ['YAML', { 'command/up_x.yaml': `${preset}region: [\n` }, [/^command\/up_x\.yaml:\d+ .*not valid YAML/]],
    [
      'an unknown key',
      { 'command/up_x.yaml': `${preset}regoin: x\n` },
      [/^command\/up_x\.yaml:5 regoin is no setting of up/],
    ],
    [
      'an unknown key that holds a mapping',
      { 'command/up_x.yaml': `${preset}wiat:\n  # so long\n  timeout: 5.0\n` },
      [/^command\/up_x\.yaml:5 wiat is no setting/],
    ],
    [
      'an unknown key of a group',
      { 'wait/x.yaml': 'defaults: [default]\ntimeuot: 5.0\n' },
      [/^wait\/x\.yaml:2 wait\.timeuot is no setting/],
    ],
    [
      'a key of another provider',
      { 'api/x.yaml': 'defaults: [local]\nbase_url: https://example.com\n' },
      [/^api\/x\.yaml:2 api\.base_url is no setting/],
    ],
    [
      'an unknown provider',
      { 'api/x.yaml': 'provider: lamda\n' },
      [/^api\/x\.yaml:1 api\.provider is "lamda"/],
    ],
    [
      'a wrong type',
      { 'command/up_x.yaml': `${preset}quantity: many\n` },
      [/^command\/up_x\.yaml:5 quantity is "many"/],
    ],
    [
      'a wrong value',
      { 'command/list_x.yaml': `${head}defaults: [list]\nresource: instnces\n` },
      [/^command\/list_x\.yaml:3 resource is "instnces"/],
    ],
    [
      'a null where none can be',
      { 'wait/x.yaml': 'defaults: [default]\ntimeout: null\n' },
      [/^wait\/x\.yaml:2 wait\.timeout is not set/],
    ],
    [
      'an unknown command',
      { 'command/x.yaml': `${head}command: upp\n` },
      [/^command\/x\.yaml:2 command is "upp"/],
    ],
    ['no command', { 'command/x.yaml': `${head}region: x\n` }, [/^command\/x\.yaml:- it names no command/]],
    [
      'an unknown option',
      { 'command/up_x.yaml': `${head}defaults:\n  - up\n  - override /api: lcoal\n` },
      [/^command\/up_x\.yaml:4 .*api has no option lcoal; did you mean local/],
    ],
    [
      'an unknown config',
      { 'command/up_x.yaml': `${head}defaults:\n  - upp\n` },
      [/^command\/up_x\.yaml:3 .*no config command\/upp/],
    ],
    [
      'an override of nothing',
      { 'command/up_x.yaml': `${head}defaults:\n  - up\n  - override /apis: local\n` },
      [/^command\/up_x\.yaml:4 .*(cannot override apis|apis has no option)/],
    ],
    [
      'a circle',
      { 'command/a.yaml': `${head}defaults: [b]\n`, 'command/b.yaml': `${head}defaults: [a]\n` },
      [/circle/],
    ],
    [
      'misspelled keywords',
      {
        'command/up_x.yaml': `${head}defaults:\n  - up\n  - overide /api: local\n  - optinal /wait: patient\n  - _sefl_\n`,
      },
      [/:4 overide .*override\?/, /:5 optinal .*optional\?/, /:6 _sefl_ .*_self_\?/],
    ],
    [
      'a misspelled header',
      { 'command/up_x.yaml': '# @pacakge _global_\ndefaults: [up]\n' },
      [/^command\/up_x\.yaml:1 .*the keyword is @package/],
    ],
    [
      'a header that comes late',
      { 'command/up_x.yaml': `# Ours.\n${preset}` },
      [/^command\/up_x\.yaml:2 .*come first/],
    ],
    [
      'a dangling interpolation',
      { 'command/up_x.yaml': `${preset}instance_name: \${nowhere}\nimage_id: \${nor.here}\n` },
      [/:5 .*nowhere/, /:6 .*nor\.here/],
    ],
    [
      'another ending',
      { 'command/up_x.yml': preset },
      [/^command\/up_x\.yml:- nothing reads it: only files that end in \.yaml/],
    ],
    [
      'a misspelled group',
      { 'comand/up_x.yaml': preset },
      [/^comand\/up_x\.yaml:- nothing reads it: there is no group comand/],
    ],
    [
      'a group in the wrong place',
      { 'presets/command/up_x.yaml': preset },
      [/^presets\/command\/up_x\.yaml:- nothing reads it/],
    ],
    ['a file in no group', { 'up_x.yaml': preset }, [/^up_x\.yaml:- nothing reads it/]],
  ];
  it.each(rows)('says where: %s', async (_name, files, expected) => {
    const found = await foundIn(files);
    for (const each of expected) expect(found).toContainEqual(expect.stringMatching(each));
  });

  it('says all at once, each thing once', async () => {
    const found = await foundIn({
      'command/up_a.yaml': `${preset}regoin: x\nquantity: many\nmax_retires: 1\n`,
      'command/up_b.yaml': `${head}defaults: [up_a, _self_]\nmax_backoff: soon\n`,
      'command/up_c.yaml': `${head}defaults:\n  - nowhere\n  - nor_here\n`,
      'command/up_d.yaml': 'a: [\n',
      'wait/x.yaml': 'defaults: [default]\ntimeout: long\n',
      'wait/y.yml': '',
    });
    expect(found.map((text) => text.split(' ')[0])).toEqual([
      'command/up_a.yaml:5',
      'command/up_a.yaml:6',
      'command/up_a.yaml:7',
      'command/up_b.yaml:3',
      'command/up_c.yaml:3',
      'command/up_c.yaml:4',
      expect.stringMatching(/^command\/up_d\.yaml:\d$/),
      'wait/x.yaml:2',
      'wait/y.yml:-',
    ]);
  });

  it('looks at the settings of a file whose defaults list is wrong', async () => {
    const found = await foundIn({
      'command/up_a.yaml': `${head}defaults: [up, {overide /api: local}, _self_]\nregoin: x\nquantity: many\n`,
      'api/b.yaml': 'defaults: [nowhere]\nidle_timeout: 5.0\n',
      'wait/c.yaml': 'defaults: [nowhere]\ntimuot: 5.0\npoll_interval: ${.timeout}\n',
    });
    expect(found.map((text) => text.split(' ').slice(0, 2).join(' '))).toEqual([
      'api/b.yaml:1 in',
      'command/up_a.yaml:- there',
      'command/up_a.yaml:2 overide',
      'command/up_a.yaml:3 regoin',
      'command/up_a.yaml:4 quantity',
      'wait/c.yaml:1 in',
      'wait/c.yaml:2 wait.timuot',
    ]);
  });

  it('survives what is no file', async () => {
    write({ 'tree/command/.keep': '' });
    symlinkSync('..', join(home.path, 'tree/loop'));
    symlinkSync('nowhere.yaml', join(home.path, 'tree/command/up_dangling.yaml'));
    mkdirSync(join(home.path, 'tree/command/folder.yaml'));
    const found = await foundIn({ 'command/up_binary.yaml': 'a: \u0000' });
    expect(found).toContainEqual(expect.stringMatching(/^command\/up_binary\.yaml:1/));
    expect(found).toContainEqual(expect.stringMatching(/^command\/up_dangling\.yaml:-/));
  });
});

describe('without a directory', () => {
  it('checks the project that it is run in', async () => {
    write({ '.devbox/command/up_x.yaml': `${preset}regoin: x\n`, 'inside/.keep': '' });
    const result = await home.run(['config', 'check'], { cwd: join(home.path, 'inside') });
    expect(result.code).toBe(2);
    expect(result.stdout).toContain('.devbox/command/up_x.yaml:5');
  });

  it('shows a card for each problem, and how many there are', async () => {
    write({ '.devbox/command/up_x.yaml': `${preset}regoin: x\nquantity: many\n` });
    const { stdout } = await check();
    expect(stdout.replace(/\d+ options checked/, 'N options checked')).toBe(`.devbox/command/up_x.yaml:5:1
   Problem:  regoin is no setting of up
 Composing:  command=up_x
      Next:  Did you mean region?

.devbox/command/up_x.yaml:6:1
   Problem:  quantity is "many"
  Expected:  a number
 Composing:  command=up_x
      Next:  Change it where it is set, or override it: quantity=VALUE.

2 problems; 1 file and N options checked
`);
    expect((await check('--quiet')).stdout).toBe(
      '.devbox/command/up_x.yaml:5:1\n.devbox/command/up_x.yaml:6:1\n',
    );
  });

  it('finds what is wrong with the overrides of the project, and goes on', async () => {
    write({
      '.devboxrc.yaml': 'config_dir: conf\noverrides:\n  - wait=patientt\n',
      'conf/command/up_x.yaml': `${preset}regoin: x\n`,
    });
    const { stdout } = await check();
    expect(stdout).toMatch(/^\.devboxrc\.yaml:3\n.*patientt/);
    expect(stdout).toContain('conf/command/up_x.yaml:5');
  });

  it('names a file that another tree of the project shadows', async () => {
    write({
      '.devboxrc.yaml': 'searchpath: [a, b]\n',
      'a/wait/slow.yaml': 'defaults: [default]\n',
      'b/wait/slow.yaml': 'defaults: [default]\n',
    });
    const { code, stdout } = await check();
    expect(code).toBe(2);
    expect(stdout).toMatch(/^b\/wait\/slow\.yaml\n.*a\/wait\/slow\.yaml has the same name and comes first/);
  });

  it('reads no variable, so that it says the same everywhere and shows no secret', async () => {
    write({ '.devbox/command/up_x.yaml': `${preset}quantity: \${oc.env:SECRET}\n` });
    const result = await home.run(['config', 'check'], { env: { SECRET: 'hunter2hunter2' } });
    expect(result).toMatchObject({ code: 0, stderr: '' });
    expect(result.stdout).not.toContain('hunter2');
  });

  it('says so where there is nothing to check', async () => {
    expect(await check()).toMatchObject({ code: 2, stderr: expect.stringContaining('config check DIR') });
    expect(await check('nowhere')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('no directory'),
    });
    expect(await home.run(['config', 'chekc'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('config check [DIR]'),
    });
  });
});
