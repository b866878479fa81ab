import { mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type BinResult, type Home, makeHome, projectRoot } from '../support/bin.ts';
import { openTerminal } from '../support/terminal.ts';

/** What a hostile address would hear. */
let listener: Server;
let url: string;
let heard: IncomingHttpHeaders[];
beforeAll(async () => {
  listener = createServer((request, response) => {
    heard.push(request.headers);
    response.setHeader('content-type', 'application/json').end('{"data":[]}');
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(listener.address() as AddressInfo).port}`;
});
afterAll(() => {
  listener.close();
});

let home: Home;
let project: string;
beforeEach(() => {
  heard = [];
  home = makeHome();
  project = join(home.path, 'work/project');
  mkdirSync(project, { recursive: true });
});
afterEach(() => home.remove());

type Files = Readonly<Record<string, string>>;

/** Writes files, by path relative to the project; `~/` is the home. `URL` stands for the listener. */
function write(files: Files): void {
  for (const [name, content] of Object.entries(files)) {
    const file = name.startsWith('~/') ? join(home.path, name.slice(2)) : join(project, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content.replaceAll('URL', url));
  }
}

const env = {
  LAMBDA_API_KEY: 'key-of-the-user',
  GPULAB_API_KEY: 'gpulab-key-of-the-user',
  EVIL: 'http://127.0.0.1:1',
  TOKEN: 'token-of-the-user',
};

function devbox(argv: readonly string[], more: Readonly<Record<string, string>> = {}): Promise<BinResult> {
  return home.run(argv, { cwd: project, env: { ...env, ...more } });
}

function expectRefusal(result: BinResult, ...patterns: readonly RegExp[]): void {
  expect(heard).toEqual([]);
  expect(result).toMatchObject({ code: 2, stdout: '' });
  for (const pattern of [/devbox trust/, ...patterns]) expect(result.stderr).toMatch(pattern);
  expect(result.stderr).not.toMatch(/key-of-the-user|token-of-the-user/);
}

const redirect = 'defaults: [lambda, _self_]\nbase_url: URL/steal\n';
const primary = (...defaults: readonly string[]): string =>
  `defaults: [${['api: default', 'wait: default', 'ssh: default', 'command: null', ...defaults].join(', ')}]\n`;

describe('no project redirects credentials', () => {
  const rows: readonly [string, Files, RegExp][] = [
    ['its own default', { '.devbox/api/default.yaml': redirect }, /\.devbox\/api\/default\.yaml:2/],
    [
      'a file in place of a shipped one',
      {
        '.devbox/api/lambda.yaml':
          'provider: lambda\nbase_url: URL\napi_key: ${oc.env:LAMBDA_API_KEY,null}\ntimeout: 1\n',
      },
      /\.devbox\/api\/lambda\.yaml:\d/,
    ],
    [
      'an option of its own, chosen by its primary config',
      {
        '.devbox/api/evil.yaml': redirect,
        '.devbox/config.yaml': primary('_self_').replace('api: default', 'api: evil'),
      },
      /\.devbox\/api\/evil\.yaml:2/,
    ],
    [
      'an option of its own, chosen by its rc file',
      { '.devbox/api/evil.yaml': redirect, '.devboxrc.yaml': 'overrides: [api=evil]\n' },
      /evil\.yaml:2/,
    ],
    [
      'an override',
      { '.devboxrc.yaml': 'overrides: ["api.base_url=URL"]\n' },
      /the override api\.base_url=[\s\S]*devboxrc/,
    ],
    ['a forced override', { '.devboxrc.yaml': 'overrides: ["++api.base_url=URL"]\n' }, /\+\+api\.base_url/],
    [
      'an addition after a deletion',
      { '.devboxrc.yaml': 'overrides: ["~api.base_url", "+api.base_url=URL"]\n' },
      /api\.base_url/,
    ],
    [
      'an override of the whole',
      { '.devboxrc.json': '{"overrides":["api={base_url: \'URL\'}"]}' },
      /api\.base_url/,
    ],
    ['package.json', { 'package.json': '{"devbox":{"overrides":["api.base_url=URL"]}}' }, /package\.json/],
    [
      'the content of its primary config',
      { '.devbox/config.yaml': `${primary('_self_')}api: {base_url: URL}\n` },
      /config\.yaml:2/,
    ],
    [
      'another group, put into api',
      {
        '.devbox/config.yaml': primary('_self_', 'mirror@api: x'),
        '.devbox/mirror/x.yaml': 'base_url: URL\n',
      },
      /mirror\/x\.yaml:1/,
    ],
    [
      'another group, added into api',
      {
        '.devboxrc.yaml': 'config_dir: c\noverrides: ["+mirror@api=x"]\n',
        'c/mirror/x.yaml': 'base_url: URL\n',
      },
      /mirror\/x\.yaml:1/,
    ],
    ['a header', { '.devbox/wait/default.yaml': '# @package api\nbase_url: URL\n' }, /wait\/default\.yaml:2/],
    [
      'a command with more than its settings',
      {
        '.devbox/command/list.yaml':
          '# @package _global_\ncommand: list\nresource: instances\navailable_only: true\napi: {base_url: URL}\n',
      },
      /command\/list\.yaml:5/,
    ],
    [
      'an override in a defaults list',
      {
        '.devbox/api/evil.yaml': redirect,
        '.devbox/command/list.yaml':
          '# @package _global_\ndefaults: [override /api: evil]\ncommand: list\nresource: instances\navailable_only: true\n',
      },
      /evil\.yaml:2/,
    ],
    [
      'an interpolation',
      { '.devbox/config.yaml': `${primary('_self_')}my: {url: URL}\napi: {base_url: "\${my.url}"}\n` },
      /config\.yaml:[23]/,
    ],
    [
      'a relative interpolation',
      { '.devbox/api/default.yaml': 'defaults: [lambda, _self_]\nurl: URL\nbase_url: ${.url}\n' },
      /default\.yaml:\d/,
    ],
    [
      'an interpolation of the whole',
      {
        '.devbox/config.yaml': `${primary('_self_')}evil: {provider: lambda, base_url: URL, api_key: x, timeout: 1}\napi: \${evil}\n`,
      },
      /config\.yaml:[23]/,
    ],
    [
      'an interpolation of the whole, merged into',
      {
        '.devbox/config.yaml': `${primary('_self_', 'extra')}evil: {provider: lambda, base_url: URL, api_key: x, timeout: 1}\napi: \${evil}\n`,
        '.devbox/extra.yaml': 'api: {timeout: 2}\n',
      },
      /config\.yaml:3/,
    ],
    [
      'a variable',
      { '.devbox/api/default.yaml': 'defaults: [lambda, _self_]\nbase_url: ${oc.env:EVIL}\n' },
      /environment variable EVIL[\s\S]*default\.yaml:2|default\.yaml:2[\s\S]*environment variable EVIL/,
    ],
    [
      'a variable that chooses',
      { '.devbox/config.yaml': primary('_self_').replace('api: default', 'api: "${oc.env:EVIL,lambda}"') },
      /environment variable EVIL/,
    ],
    [
      'a selection',
      { '.devbox/api/default.yaml': `defaults: [lambda, _self_]\nbase_url: "\${oc.select:nothing,'URL'}"\n` },
      /default\.yaml:2/,
    ],
    [
      'something decoded',
      { '.devbox/api/default.yaml': `defaults: [lambda, _self_]\nbase_url: "\${oc.decode:'\\"URL\\"'}"\n` },
      /default\.yaml:2/,
    ],
    [
      'something made',
      {
        '.devbox/config.yaml': `${primary('_self_')}api: "\${oc.create:{provider: lambda, base_url: 'URL', api_key: x, timeout: 1}}"\n`,
      },
      /config\.yaml:2/,
    ],
    [
      'an anchor',
      {
        '.devbox/config.yaml': `${primary('_self_')}x: &x {base_url: URL}\napi:\n  <<: *x\n`,
      },
      /config\.yaml:2/,
    ],
    [
      'a team tree',
      { '.devboxrc.yaml': 'searchpath: [../team]\n', '../team/api/default.yaml': redirect },
      /team\/api\/default\.yaml:2/,
    ],
    [
      'a package',
      {
        '.devboxrc.yaml': 'searchpath: ["pkg:team/conf"]\n',
        'node_modules/team/conf/api/default.yaml': redirect,
      },
      /team\/conf\/api\/default\.yaml:2/,
    ],
    [
      'a key',
      { '.devbox/api/default.yaml': 'defaults: [lambda, _self_]\napi_key: theirs\n' },
      /which credentials are sent/,
    ],
    ['a project of a directory above', { '../.devbox/api/default.yaml': redirect }, /api\/default\.yaml:2/],
    [
      "what the user's own address refers to",
      {
        '~/.config/devbox/api/default.yaml': 'defaults: [lambda, _self_]\nbase_url: ${my.url}\n',
        '.devbox/config.yaml': `${primary('_self_')}my: {url: URL}\n`,
      },
      /config\.yaml:2/,
    ],
    [
      "one of the user's files in another place",
      {
        '~/.config/devbox/mirror/x.yaml': 'base_url: URL\n',
        '.devbox/config.yaml': primary('_self_', 'mirror@api: x'),
      },
      /mirror\/x/,
    ],
    [
      "two of the user's options together",
      {
        '~/.config/devbox/api/mock.yaml': 'provider: lambda\nbase_url: URL\n',
        '.devbox/api/default.yaml': 'defaults: [lambda, mock, _self_]\n',
      },
      /api\/mock/,
    ],
  ];
  it.each(rows)('by %s', async (_name, files, where) => {
    write(files);
    expectRefusal(await devbox(['list']), where);
  });

  const ofGpulab: readonly [string, Files, RegExp][] = [
    ['an address', { '.devboxrc.yaml': 'overrides: ["api.base_url=URL"]\n' }, /sets api\.base_url/],
    [
      'a socket',
      { '.devboxrc.yaml': 'overrides: ["api.base_url=unix:/tmp/x.sock"]\n' },
      /sets api\.base_url/,
    ],
    ['a key', { '.devboxrc.yaml': 'overrides: ["api.api_key=theirs"]\n' }, /sets api\.api_key/],
    ['no encryption', { '.devboxrc.yaml': 'overrides: ["api.insecure=true"]\n' }, /sets api\.insecure/],
    [
      'a file in place of the shipped one',
      { '.devbox/api/gpulab.yaml': 'provider: gpulab\nbase_url: URL\ntimeout: 1\n' },
      /gpulab\.yaml:2/,
    ],
  ];
  it.each(ofGpulab)('of GPULab by %s', async (_name, files, where) => {
    write(files);
    expectRefusal(await devbox(['list', 'api=gpulab']), where);
    expectRefusal(await devbox(['auth', 'status']), where);
  });

  it('by links, to a file or of a tree', async () => {
    write({ 'elsewhere/api/default.yaml': redirect });
    symlinkSync('elsewhere', join(project, '.devbox'));
    expectRefusal(await devbox(['list']), /default\.yaml:2/);
  });

  it('by a path that leads out of its tree, trusted or not', async () => {
    write({
      '.devbox/config.yaml': primary('_self_', '/../outside/x@api'),
      'outside/x.yaml': 'base_url: URL\n',
    });
    for (const trusted of [false, true]) {
      if (trusted) await devbox(['trust', 'yes=true']);
      const result = await devbox(['list']);
      expect(result.code).toBe(2);
      expect(result.stderr).toMatch(/outside of its trees/);
    }
    expect(heard).toEqual([]);
  });
});

describe('no project reads what is not its own into what is sent', () => {
  const preset = (content: string): Files => ({
    '.devbox/command/up_x.yaml': `# @package _global_\ndefaults: [up, _self_]\nregion: r\ninstance_type: t\nssh_key_name: k\n${content}\n`,
  });
  const rows: readonly [string, Files][] = [
    ['a variable into the environment', preset('env: {A: "${oc.env:TOKEN}"}')],
    ['a variable into a tag', preset('tags: {ab: "x-${oc.env:TOKEN}"}')],
    ['a variable into the name', preset('instance_name: ${oc.env:TOKEN}')],
    ['a variable with a default', preset('instance_name: ${oc.env:TOKEN,none}')],
    ['a variable by a name that is put together', preset('e: env\ninstance_name: ${oc.${e}:TOKEN}')],
    ['a variable by another key', preset('a: ${b}\nb: ${oc.env:TOKEN}\ninstance_name: ${a}')],
    ['a variable in what is made', preset('env: "${oc.create:{A: \'\\\\${oc.env:TOKEN}\'}}"')],
    ['a variable in a text that is made', preset("env: >-\n  ${oc.create:'A: ${oc.env:TOKEN}'}")],
    ['a variable in what is decoded', preset('instance_name: "${oc.decode:\'${oc.env:TOKEN}\'}"')],
    [
      'a variable in an override',
      { ...preset(''), '.devboxrc.yaml': "overrides: ['env.A=${oc.env:TOKEN}']\n" },
    ],
    ['the key', preset('instance_name: ${api.api_key}')],
    ['the whole of api', preset('env: ${api}')],
    ['the values of api', preset('env: {A: "${oc.dict.values:api}"}')],
    ['the selected key', preset('instance_name: ${oc.select:api.api_key}')],
    ['the key, deprecated', preset('instance_name: ${oc.deprecated:api.api_key}')],
    ['what was typed', preset("instance_name: '${hydra:job.override_dirname}'")],
    [
      "the user's own variables",
      {
        ...preset('env: ${mine}'),
        '~/.config/devbox/config.yaml': `${primary('_self_')}mine: {A: "\${oc.env:TOKEN}"}\n`,
      },
    ],
    ['a file of the user', preset('cloud_init: {file: "~/.ssh/id_rsa"}')],
    ['a file outside of the project', preset('cloud_init: {file: ../../secret.yaml}')],
  ];
  it.each(rows)('%s', async (_name, files) => {
    write({ ...files, '~/.ssh/id_rsa': '#cloud-config\n', '~/secret.yaml': '#cloud-config\n' });
    expectRefusal(await devbox(['up', 'x', `api.base_url=${url}`, 'api.request_interval=0']));
  });

  it('a file behind a link', async () => {
    write({ ...preset('cloud_init: {file: boot.yaml}'), '~/secret.yaml': '#cloud-config\n' });
    symlinkSync(join(home.path, 'secret.yaml'), join(project, 'boot.yaml'));
    expectRefusal(await devbox(['up', 'x', `api.base_url=${url}`]), /cloud_init\.file/);
  });

  describe('the configuration of another program', () => {
    const tags: Files = {
      '.devbox/command/up_x.yaml':
        '# @package _global_\ndefaults: [up, /gh/hosts@tags, _self_]\nregion: r\ninstance_type: t\nssh_key_name: k\n',
      '~/.config/gh/hosts.yaml': 'ab: secret\n',
    };

    it('named as a tree', async () => {
      write({ ...tags, '.devboxrc.yaml': 'searchpath: [../../.config]\n' });
      expectRefusal(await devbox(['up', 'x', `api.base_url=${url}`]), /outside of it/);
    });

    it('behind a link', async () => {
      write(tags);
      symlinkSync(join(home.path, '.config/gh'), join(project, '.devbox/gh'));
      expectRefusal(await devbox(['up', 'x', `api.base_url=${url}`]), /outside of it/);
    });
  });
});

describe('no project decides what is done on this machine', () => {
  const rows: readonly [string, Files, string[], RegExp][] = [
    [
      'the key file of ssh',
      { '.devboxrc.yaml': 'overrides: [ssh.identity_file=x]\n' },
      ['list'],
      /ssh\.identity_file/,
    ],
    [
      'the folder of ssh',
      {
        '.devbox/ssh/default.yaml':
          'username: u\nport: 22\nidentity_file: null\nforward_agent: false\nconfig_dir: /x\n',
      },
      ['list'],
      /ssh\.config_dir[\s\S]*default\.yaml:5|default\.yaml:5[\s\S]*ssh\.config_dir/,
    ],
    [
      'the agent of ssh',
      { '.devboxrc.yaml': 'overrides: [ssh.forward_agent=true]\n' },
      ['list'],
      /SSH agent/,
    ],
    [
      'what a box here runs',
      {
        '.devboxrc.yaml': 'overrides: [api=local]\n',
        '.devbox/command/exec_x.yaml':
          '# @package _global_\ndefaults: [exec, _self_]\nargv: [touch, pwned]\n',
      },
      ['exec', 'x', 'instance_identifier=b'],
      /argv/,
    ],
    [
      'the environment of a box here',
      {
        '.devboxrc.yaml': 'overrides: [api=local]\n',
        '.devbox/command/up_x.yaml':
          '# @package _global_\ndefaults: [up, _self_]\nenv: {LD_PRELOAD: /x.so}\n',
      },
      ['up', 'x'],
      /the project sets env, which/,
    ],
    [
      'what a command does',
      {
        '.devbox/command/list.yaml':
          '# @package _global_\ndefaults: [down, _self_]\ninstance_identifier: precious\n',
      },
      ['list'],
      /makes list do what down does|which box is ended/,
    ],
    [
      'what a command does, afterwards',
      {
        '.devbox/config.yaml': `${primary('_self_')}command: down\ninstance_identifier: precious\npurge: false\n`,
      },
      ['list'],
      /list do what down does|which box is ended/,
    ],
    [
      'what another name of a command does',
      { '.devbox/command/containers_inspect.yaml': '# @package _global_\ndefaults: [down, _self_]\n' },
      ['containers', 'inspect', 'precious'],
      /makes containers_inspect do what down does/,
    ],
    [
      'what another name of a command does, afterwards',
      { '.devbox/config.yaml': `${primary('_self_')}command: down\n` },
      ['containers', 'inspect', 'precious'],
      /makes containers_inspect do what down does/,
    ],
    [
      'which box ends',
      {
        '.devbox/command/down_x.yaml':
          '# @package _global_\ndefaults: [down, _self_]\ninstance_identifier: precious\n',
      },
      ['down', 'x'],
      /which box is ended/,
    ],
  ];
  it.each(rows)('%s', async (_name, files, argv, where) => {
    write(files);
    expectRefusal(await devbox(argv), where);
  });

  it.each(['devbox.config.js', 'devbox.config.ts', '.devboxrc.cjs'])(
    'runs no %s, and says so',
    async (file) => {
      write({
        [file]: 'require("fs").writeFileSync("pwned", "")',
        '.config/config.js': 'throw new Error("run")',
      });
      const result = await devbox(['list', `api.base_url=${url}`, 'api.request_interval=0']);
      expect(result).toMatchObject({ code: 0 });
      expect(result.stderr.split('is not run')).toHaveLength(2);
      expect(() => statSync(join(project, 'pwned'))).toThrow('ENOENT');
    },
  );
});

describe('a project may choose without trust', () => {
  it('what the user could choose', async () => {
    write({
      '.devboxrc.yaml': 'searchpath: [../team]\noverrides: [wait.timeout=7]\n',
      '.devbox/api/default.yaml': 'defaults: [lambda, _self_]\ntimeout: 9\nrequest_interval: 0\n',
      '../team/ssh/default.yaml':
        'username: u\nport: 23\nidentity_file: null\nforward_agent: false\nconfig_dir: null\n',
      '.devbox/command/list_x.yaml': '# @package _global_\ndefaults: [list, _self_]\nresource: images\n',
    });
    const result = await devbox(['list', 'x', `api.base_url=${url}`, '--json']);
    expect(result).toMatchObject({ code: 0, stderr: '' });
    expect(heard[0]).toMatchObject({ authorization: 'Bearer key-of-the-user' });
  });

  it('among the options of the user, with their addresses and variables', async () => {
    write({
      '~/.config/devbox/api/work.yaml':
        'defaults: [lambda, _self_]\nbase_url: URL\napi_key: ${oc.env:TOKEN}\nrequest_interval: 0\n',
      '.devboxrc.yaml': 'overrides: [api=work]\n',
    });
    expect(await devbox(['list'])).toMatchObject({ code: 0 });
    expect(heard).toMatchObject([{ authorization: 'Bearer token-of-the-user' }]);
  });

  it('and is no hindrance to what the user says, or to --config-dir', async () => {
    write({ '.devbox/api/default.yaml': redirect });
    expect(await devbox(['list', `api.base_url=${url}`, 'api.request_interval=0'])).toMatchObject({
      code: 0,
    });
    expect(await devbox(['list', '--config-dir', '.devbox', 'api.request_interval=0'])).toMatchObject({
      code: 0,
    });
    expect(heard).toHaveLength(2);
  });

  it('shows its configuration', async () => {
    write({ '.devbox/api/default.yaml': redirect });
    expect((await devbox(['--cfg', 'job', 'command=list'])).stdout).toContain('/steal');
    expect((await devbox(['--help'])).code).toBe(0);
    expectRefusal({ ...(await devbox(['list'])) });
  });
});

describe('devbox trust', () => {
  const files: Files = {
    '.devboxrc.yaml': 'overrides: [wait.timeout=7]\n',
    '.devbox/api/default.yaml': `${redirect}request_interval: 0\n`,
    '.devbox/command/up_x.yaml': '# @package _global_\ndefaults: [up, _self_]\nenv: {A: "${oc.env:TOKEN}"}\n',
  };

  it('shows what there is, and trusts nothing unless told to', async () => {
    write(files);
    const result = await devbox(['trust']);
    expect(result.code).toBe(2);
    expect(result.stderr).toMatch(/devbox trust yes=true/);
    for (const pattern of [
      /\.devboxrc\.yaml/,
      /api\.base_url/,
      /\.devbox\/api\/default\.yaml:2/,
      /environment variable TOKEN/,
      /up_x\.yaml:3/,
    ])
      expect(result.stdout).toMatch(pattern);
    expectRefusal(await devbox(['list']));
  });

  it('lets a trusted project do all of it, until its content changes', async () => {
    write(files);
    expect(await devbox(['trust', 'yes=true'])).toMatchObject({ code: 0 });
    const store = join(home.path, '.local/state/devbox/trust.json');
    expect(statSync(store).mode & 0o777).toBe(0o600);
    expect(await devbox(['list'])).toMatchObject({ code: 0 });
    expect(heard).toMatchObject([{ authorization: 'Bearer key-of-the-user' }]);
    heard = [];
    for (const [file, content] of [
      ['.devbox/wait/new.yaml', 'timeout: 1\n'],
      ['.devboxrc.yaml', 'overrides: [wait.timeout=8]\n'],
      ['.devbox/api/default.yaml', `${redirect}\n`],
    ] as const) {
      const before = file in files ? readFileSync(join(project, file), 'utf8') : undefined;
      write({ [file]: content });
      expectRefusal(await devbox(['list']), /has changed since/);
      if (before !== undefined) writeFileSync(join(project, file), before);
      else await devbox(['trust', 'yes=true']);
    }
  });

  it.each([
    ['y\r', 0, 'given', 0],
    ['\r', 1, 'nothing was trusted', 2],
    ['\u0004', 1, 'nothing was trusted', 2],
    ['\u0003', 130, 'Interrupted', 2],
  ])('asks on a terminal: %j', async (answer, exit, says, after) => {
    write(files);
    const terminal = openTerminal([process.execPath, join(projectRoot, 'dist/main.js'), 'trust'], {
      columns: 100,
      cwd: project,
      env: { PATH: process.env['PATH'] ?? '', HOME: home.path, TERM: 'xterm-256color', CI: 'true' },
    });
    const { text } = await terminal.until((screen) => screen.text.includes('[y/N]'));
    expect(text).toMatch(/api\.base_url/);
    terminal.type(answer);
    expect(await terminal.exited).toBe(exit);
    expect(terminal.screen().text).toContain(says);
    expect(await devbox(['list'])).toMatchObject({ code: after });
  });

  it('lists, and takes back', async () => {
    write(files);
    await devbox(['trust', project, 'yes=true']);
    expect(JSON.parse((await devbox(['trust', 'list=true', '--json'])).stdout)).toMatchObject([
      { state: 'as it was' },
    ]);
    expect(await devbox(['trust', 'revoke=true'])).toMatchObject({ code: 0 });
    expect(await devbox(['trust', 'revoke=true'])).toMatchObject({ code: 4 });
    expectRefusal(await devbox(['list']));
  });

  it('is for one directory, not for those in it or beside it', async () => {
    write(files);
    await devbox(['trust', 'yes=true']);
    write({ 'inner/.devbox/api/default.yaml': redirect });
    const result = await home.run(['list'], { cwd: join(project, 'inner'), env });
    expectRefusal(result);
  });

  it('believes no record that it cannot read', async () => {
    write({ ...files, '~/.local/state/devbox/trust.json': '{"version":1,"trusted":"all"}' });
    expectRefusal(await devbox(['list']));
  });

  it('says what it does not understand, and where there is nothing', async () => {
    expect(await devbox(['trust'])).toMatchObject({ code: 4 });
    expect(await devbox(['trust', 'ye=true'])).toMatchObject({ code: 2 });
  });
});
