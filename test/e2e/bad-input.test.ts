import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { load } from 'js-yaml';
import { type BinResult, type Home, makeHome, projectRoot } from '../support/bin.ts';

let home: Home;
beforeEach(() => {
  home = makeHome();
});
afterEach(() => home.remove());

/** Time and memory that no input may exceed. A process that wants more is killed, and its test fails. */
const limits = ['--max-old-space-size=160', '--stack-size=984'];
const seconds = 20;

function place(name: string): string {
  const path = join(home.path, name);
  mkdirSync(dirname(path), { recursive: true });
  return path;
}

function write(name: string, content: string | Buffer): void {
  writeFileSync(place(name), content);
}

function devbox(...argv: readonly string[]): Promise<BinResult> {
  return run([process.execPath, ...limits, join(projectRoot, 'dist/main.js'), ...argv]);
}

async function run(command: readonly string[]): Promise<BinResult> {
  const [file = '', ...args] = command;
  const { execa } = await import('execa');
  const result = await execa(file, args, {
    cwd: home.path,
    env: { PATH: process.env['PATH'], HOME: home.path },
    extendEnv: false,
    reject: false,
    timeout: seconds * 1000,
    killSignal: 'SIGKILL',
    stdin: 'ignore',
    stripFinalNewline: false,
  });
  expect(result.timedOut).toBe(false);
  return { code: result.exitCode ?? null, stdout: result.stdout, stderr: result.stderr };
}

function expectCard(result: BinResult, ...patterns: readonly RegExp[]): void {
  expect(result).toMatchObject({ code: 2, stdout: '' });
  for (const pattern of patterns) expect(result.stderr).toMatch(pattern);
  expect(result.stderr).toMatch(/Error\n/);
  expect(result.stderr).not.toMatch(/\n +at .*:\d+:\d+|Internal Error|RangeError|heap/);
  expect(result.stderr).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f]/);
  expect(result.stderr.length).toBeLessThan(20_000);
}

const billion = [
  'a: &a [x, x, x, x, x, x, x, x, x, x]',
  ...'bcdefghijk'.split('').map((name, index) => {
    const before = 'abcdefghijk'.charAt(index);
    return `${name}: &${name} [${Array(10).fill(`*${before}`).join(', ')}]`;
  }),
].join('\n');

/** Every place where a file of YAML is read. */
const places: readonly (readonly [string, string, string[]])[] = [
  ["the user's tree", '.config/devbox/wait/default.yaml', ['list']],
  ["the project's tree", '.devbox/wait/default.yaml', ['list']],
  ['a preset', '.config/devbox/command/up_x.yaml', ['command=up_x']],
  ['the rc file', '.devboxrc.yaml', ['list']],
];

describe.each(places)('%s', (_name, file, argv) => {
  const contents: readonly [string, string | Buffer, RegExp][] = [
    ['10 MB', `timeout: 1\n${'# a line of a comment\n'.repeat(500_000)}`, /larger than 1 MiB/],
    ['a billion laughs', billion, /alias|not what a project file may hold/],
    ['a mapping merged without end', `${'m'}: &m\n  <<: *m\n`, /merge|alias|anchor|project file/],
    ['10,000 brackets', `timeout: ${'['.repeat(10_000)}`, /./],
    ['10,000 closed brackets', `timeout: ${'['.repeat(10_000)}${']'.repeat(10_000)}\n`, /./],
    ['10,000 braces', `timeout: ${'{a: '.repeat(10_000)}`, /./],
    [
      '10,000 levels of lines',
      Array.from({ length: 1400 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n'),
      /./,
    ],
    ['binary garbage', Buffer.from(Array.from({ length: 4096 }, (_, index) => (index * 7919) & 0xff)), /./],
    ['bytes that are no UTF-8', Buffer.from('timeout: caf\xe9\n', 'latin1'), /UTF-8/],
    ['UTF-16', Buffer.from('\ufefftimeout: 1\n', 'utf16le'), /UTF-8/],
    ['NUL bytes', 'timeout: 1\0\n', /./],
    ['escape sequences', 'timeout: \x1b[31mred\x1b]0;title\x07\n', /./],
    ['a tab as indentation', 'timeout:\n\t- 1\n', /tab|project file/],
    ['a key twice', 'timeout: 1\ntimeout: 2\n', /twice|duplicate/],
    ['a tag of Python', 'timeout: !!python/object/apply:os.system ["touch pwned"]\n', /./],
    ['a tag of JavaScript', 'timeout: !!js/function "function(){process.exit(7)}"\n', /./],
  ];
  it.each(contents)('%s', async (_what, content, pattern) => {
    write(file, content);
    const before = readdirSync(home.path);
    const result = await devbox(...argv);
    expectCard(result, pattern, new RegExp(file.replaceAll('.', '\\.')));
    expect(readdirSync(home.path)).toEqual(before);
  });

  it('a directory', async () => {
    mkdirSync(place(file), { recursive: true });
    expectCard(await devbox(...argv), /a directory/, new RegExp(file.replaceAll('.', '\\.')));
  });

  it('a pipe that nobody writes to', async () => {
    execFileSync('mkfifo', [place(file)]);
    expectCard(await devbox(...argv), /no regular file/);
  });

  it('a device without end', async () => {
    symlinkSync('/dev/zero', place(file));
    expectCard(await devbox(...argv), /no regular file/);
  });

  it('a link to itself', async () => {
    symlinkSync(file.split('/').at(-1) ?? '', place(file));
    expectCard(await devbox(...argv), /circle|ELOOP|too many symbolic links/i);
  });

  it('what may not be read', async () => {
    write(file, 'timeout: 1\n');
    chmodSync(place(file), 0);
    const unprivileged = asNobody();
    if (unprivileged === undefined) return;
    const result = await run([
      ...unprivileged,
      process.execPath,
      ...limits,
      join(projectRoot, 'dist/main.js'),
      ...argv,
    ]);
    expectCard(result, /permission denied/i);
  });
});

/** A command line that runs another without root's rights; undefined, with a notice, where that cannot be done. */
function asNobody(): string[] | undefined {
  if (process.getuid?.() !== 0) return [];
  const command = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];
  try {
    execFileSync(command[0] ?? '', [...command.slice(1), process.execPath, '--version'], { stdio: 'ignore' });
    execFileSync(command[0] ?? '', [...command.slice(1), 'test', '-r', join(projectRoot, 'dist/main.js')]);
  } catch {
    process.stderr.write('notice: skipped: root reads every file, and setpriv cannot run this without it\n');
    return undefined;
  }
  chmodSync(home.path, 0o755);
  chownTree(home.path);
  return command;
}

function chownTree(path: string): void {
  execFileSync('chown', ['-R', '65534:65534', path]);
  chownSync(path, 65534, 65534);
}

describe('files that look odd and are right', () => {
  const rows: readonly [string, string | Buffer, object][] = [
    ['Windows line ends', 'timeout: 7.0\r\npoll_interval: 2.0\r\n', { timeout: 7, poll_interval: 2 }],
    ['a byte order mark', '\ufefftimeout: 7.0\npoll_interval: 2.0\n', { timeout: 7 }],
    ['both', '\ufeff# @package wait\r\ntimeout: 7.0\r\npoll_interval: 2.0\r\n', { timeout: 7 }],
    ['no line end at the end', 'timeout: 7.0\npoll_interval: 2.0', { poll_interval: 2 }],
    ['tabs in comments', 'timeout: 7.0 #\ttab\npoll_interval: 2.0\n', { timeout: 7 }],
    ['aliases in measure', 'timeout: &x 7.0\npoll_interval: *x\n', { poll_interval: 7 }],
  ];
  it.each(rows)('%s', async (_name, content, expected) => {
    write('.config/devbox/wait/default.yaml', content);
    const result = await devbox('--cfg', 'job', 'command=list');
    expect(result).toMatchObject({ code: 0, stderr: '' });
    expect(Object(load(result.stdout)).wait).toMatchObject(expected);
  });

  it('an rc file with Windows line ends and a byte order mark', async () => {
    write('.devboxrc.yaml', '\ufeffoverrides:\r\n  - wait.timeout=7\r\n');
    expect((await devbox('--cfg', 'job', 'command=list')).stdout).toMatch(/timeout: 7\b/);
  });

  it('keys of the prototype', async () => {
    write(
      '.config/devbox/command/up_x.yaml',
      '# @package _global_\ndefaults: [up, _self_]\nenv: {__proto__: {polluted: yes}, constructor: c, prototype: p, toString: t}\n',
    );
    const result = await devbox('--cfg', 'job', 'command=up_x', 'env.__proto__.more=1', '--json');
    expect(result).toMatchObject({ code: 0, stderr: '' });
    expect(result.stdout).toMatch(/"__proto__":\s*\{\s*"polluted":\s*true,\s*"more":\s*1/);
    expect(Object.hasOwn(JSON.parse(result.stdout).env, 'constructor')).toBe(true);
  });
});

describe('trees of links', () => {
  it('a project folder that is a link to itself', async () => {
    symlinkSync('.devbox', join(home.path, '.devbox'));
    expectCard(await devbox('list'), /\.devbox/, /circle/);
  });

  it('a folder that contains itself many times, in listings and errors', async () => {
    write('.config/devbox/command/a.yaml', '');
    for (const name of ['x', 'y', 'z']) symlinkSync('.', join(home.path, '.config/devbox', name));
    expect(await devbox('--help')).toMatchObject({ code: 0 });
    expectCard(await devbox('command=nothing'), /no option nothing/);
    write('.devboxrc.yaml', 'config_dir: .config/devbox\n');
    expect((await devbox('trust', '--json')).code).toBe(2);
  });

  it('folders that lead to one another in ever more ways', async () => {
    for (let level = 0; level < 20; level++) {
      mkdirSync(join(home.path, `.devbox/d${level}`), { recursive: true });
      for (const name of ['a', 'b', 'c'])
        symlinkSync(`../d${level + 1}`, join(home.path, `.devbox/d${level}`, name));
    }
    expect(await devbox('--help')).toMatchObject({ code: 0 });
    expectCard(await devbox('trust'), /too many files|deep/);
  });
});

describe('defaults lists', () => {
  it.each([
    ['of 100,000 lines', `defaults:\n${'  - x\n'.repeat(100_000)}`],
    [
      'of 100,000 groups',
      `defaults:\n${Array.from({ length: 60_000 }, (_, n) => `  - g${n}: x\n`).join('')}`,
    ],
    [
      'of 100,000 optional groups',
      `defaults:\n${Array.from({ length: 40_000 }, (_, n) => `  - optional g${n}: x\n`).join('')}`,
    ],
  ])('%s', async (_name, content) => {
    write('.config/devbox/wait/default.yaml', content);
    write('.config/devbox/wait/x.yaml', 'timeout: 1.0\n');
    const result = await devbox('list');
    expect(result.code).toBe(2);
    expectCard(result);
  });

  it('that lead in a circle, or ever deeper', async () => {
    write('.config/devbox/wait/default.yaml', 'defaults: [other]\n');
    write('.config/devbox/wait/other.yaml', 'defaults: [default]\n');
    expectCard(await devbox('list'), /wait\/(default|other)/);
    for (let n = 0; n < 500; n++) write(`.config/devbox/wait/n${n}.yaml`, `defaults: [n${n + 1}]\n`);
    expectCard(await devbox('list', 'wait=n0'), /wait\/n\d+/);
  });
});

describe('interpolations', () => {
  const preset = (lines: readonly string[]): void =>
    write(
      '.config/devbox/command/up_x.yaml',
      ['# @package _global_', 'defaults: [up, _self_]', ...lines].join('\n'),
    );

  it.each([
    ['a circle', ['instance_name: ${image_id}', 'image_id: ${instance_name}']],
    ['itself', ['instance_name: ${instance_name}']],
    ['a circle of mappings', ['env: {a: "${tags}"}', 'tags: {b: "${env}"}']],
    ['a chain of 10,000', Array.from({ length: 10_000 }, (_, n) => `k${n}: \${k${n + 1}}`)],
    ['10,000 levels', [`instance_name: ${'${a.'.repeat(10_000)}${'}'.repeat(10_000)}`]],
    [
      'texts that double',
      ['k0: xxxxxxxxxx', ...Array.from({ length: 40 }, (_, n) => `k${n + 1}: \${k${n}}\${k${n}}`)],
    ],
    [
      'lists that double',
      ['k0: [x, x]', ...Array.from({ length: 40 }, (_, n) => `k${n + 1}: ["\${k${n}}", "\${k${n}}"]`)],
    ],
  ])('%s', async (_name, lines) => {
    preset(lines);
    expectCard(await devbox('up', 'x'), /up_x\.yaml/);
    // Printing the configuration unresolved needs none of it.
    expect((await devbox('--cfg', 'job', 'command=up_x', '--resolve')).code).toBe(2);
  });
});

describe('the command line', () => {
  /** The longest single argument that Linux takes is 128 KiB. */
  const long = 'x'.repeat(120_000);
  it.each([
    ['10,000 brackets', `env.a=${'['.repeat(10_000)}`],
    ['10,000 closed brackets', `env.a=${'['.repeat(10_000)}${']'.repeat(10_000)}`],
    ['10,000 braces', `env.a=${'{a:'.repeat(10_000)}1${'}'.repeat(10_000)}`],
    ['10,000 calls', `env.a=${'str('.repeat(10_000)}1${')'.repeat(10_000)}`],
    ['10,000 interpolations', `env.a=${'${'.repeat(10_000)}a${'}'.repeat(10_000)}`],
    ['a long key', `${long}=1`],
    ['a key of 60,000 parts', `${'a.'.repeat(60_000)}b=1`],
    ['a long option', `command=${long}`],
    ['a long unknown word', long],
    ['backslashes', `env.a='${'\\'.repeat(100_001)}`],
    ['quotes', `env.a=${'"'.repeat(100_001)}`],
    ['escape sequences', 'wait.timeout=\x1b[31m\x1b]0;x\x07'],
    ['an endless range', 'max_retries=range(0,1e18)'],
    ['a sweep of many', `max_retries=${Array(50_000).fill('1').join(',')}`],
  ])('%s', async (_name, word) => {
    expectCard(await devbox('up', 'gh200', word));
  });

  it('an override of 1 MB', async () => {
    // Longer than one argument may be, so by way of a project file.
    write('.devboxrc.json', JSON.stringify({ overrides: [`wait.timeout=${'x'.repeat(1_000_000)}`] }));
    expectCard(await devbox('list'), /wait\.timeout/);
    write('.devboxrc.json', JSON.stringify({ overrides: [`wait.timeout=${'['.repeat(1_000_000)}`] }));
    expectCard(await devbox('list'), /wait\.timeout/);
    rmSync(join(home.path, '.devboxrc.json'));
  });

  it('100,000 overrides', async () => {
    write('.devboxrc.json', JSON.stringify({ overrides: Array(60_000).fill('wait.timeout=1') }));
    expect((await devbox('--cfg', 'job', 'command=list')).code).toBe(0);
  });
});
