import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { flagValues } from '../../src/cli/completion/flags.ts';
import { type Home, makeHome, projectRoot } from '../support/bin.ts';
import { openTerminal } from '../support/terminal.ts';

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

/** The words that can stand at the end of a command line, as a shell would split it. */
async function completed(line: string, cwd = home.path): Promise<string[]> {
  const result = await home.run(['__complete', 'bash', '--', ...line.split(' ')], { cwd });
  expect(result).toMatchObject({ code: 0, stderr: '' });
  return result.stdout.split('\n').slice(0, -1);
}

describe('what can stand at the cursor', () => {
  const rows: readonly [string, string, string[]][] = [
    ['a command', 'lis', ['list']],
    ['a preset', 'up_', ['up_gh200']],
    ['the second word of a preset', 'up gh', ['gh200']],
    ['a word that begins commands', 'contain', ['containers']],
    ['a second word', 'volumes cr', ['create']],
    ['a second word that has more after it', 'volumes fi', ['files']],
    ['a third word', 'volumes files up', ['upload']],
    ['a second word where the first is no command', 'auth log', ['login', 'logout']],
    ['a command about devbox', 'comp', ['completion']],
    ['the other spelling', 'comm', ['command=']],
    ['an option of a group', 'api=l', ['api=lambda', 'api=local']],
    ['an option of the group of commands', 'command=up', ['command=up_gh200']],
    ['a key', 'command=up max_re', ['max_retries=']],
    ['a key before the command', 'max_re', ['max_retries=']],
    ['a key of a group', 'list wait.t', ['wait.timeout=']],
    ['a key of the chosen provider', 'list api=local api.i', ['api.idle_timeout=']],
    ['no key of another command', 'list max_re', []],
    ['no key that is given already', 'up max_retries=3 max_re', []],
    ['true and false', 'up wait_after_launch=', ['wait_after_launch=true', 'wait_after_launch=false']],
    ['a value inside a mapping', 'up cloud_init.enabled=t', ['cloud_init.enabled=true']],
    ['a choice', 'list resource=i', ['resource=instances', 'resource=instance_types', 'resource=images']],
    ['a choice as a word', 'list fi', ['filesystems', 'firewall_rulesets']],
    ['a flag', '--js', ['--json']],
    ['the flag of a key', 'up --max-r', ['--max-retries']],
    ['the flag of a switch', 'up --no-wait', ['--no-wait-after-launch']],
    ['a spelling of its own', 'deploy --na', ['--name']],
    ['no spelling of another command', 'list --na', []],
    ['the flag of a switch by its own spelling', 'deploy --no-wai', ['--no-wait', '--no-wait-after-launch']],
    ['no box after a flag with a value', 'logs -n ', []],
    ['what follows a short switch', 'list -q fi', ['filesystems', 'firewall_rulesets']],
    ['the value of a flag', '--cfg j', ['job']],
    ['the value of a short flag', '-i prov', ['provenance']],
    ['the value of the flag of a key', 'list --resource fi', ['filesystems', 'firewall_rulesets']],
    ['the same with =', 'list --resource=fil', ['--resource=filesystems']],
    ['a command after flags', '--config-dir . --json insp', ['inspect']],
    ['an addition', 'up +max_re', ['+max_retries=']],
    ['the topic of help', 'help do', ['down', 'doctor']],
    ['a second word for help', 'help auth who', ['whoami']],
    ['a schema', 'schema wait/', ['wait/container', 'wait/default']],
    ['a word of config', 'config ', ['check', 'show']],
    ['a command whose settings are shown', 'config show volumes_cl', ['volumes_clone']],
    ['a shell', 'completion ', ['bash', 'zsh', 'fish']],
    ['nothing of the remote command', 'exec box -- l', []],
    ['nothing after nonsense', 'nonsense ', ['api=', 'command=', 'leases=']],
  ];
  it.each(rows)('%s', async (_name, line, expected) => {
    expect(await completed(line)).toEqual(expected);
  });

  it('the names of boxes, from what is recorded of them', async () => {
    write('bin/keep', '');
    expect(await completed('down ')).not.toContain('scratch-1');
    expect(await home.run(['up', 'api=local', 'instance_name=scratch-1'])).toMatchObject({ code: 0 });
    try {
      expect(await completed('down scr')).toEqual(['scratch-1']);
      expect(await completed('command=exec instance_identifier=')).toEqual(['instance_identifier=scratch-1']);
    } finally {
      await home.run(['down', 'scratch-1', 'purge=true']);
    }
  });

  it("a project's own options, wherever they are", async () => {
    write('.devbox/command/up_train.yaml', '# @package _global_\ndefaults: [up]\n');
    write('given/command/up_other.yaml', '# @package _global_\ndefaults: [up]\n');
    expect(await completed('up tr')).toEqual(['train']);
    expect(await completed('--config-dir given up_o')).toEqual(['up_other']);
    expect(await completed('up train --max-b')).toEqual(['--max-backoff']);
  });

  it('something even where the configuration is broken, and never an error', async () => {
    write('.devboxrc.yaml', 'overrides: 5\n');
    write('.config/devbox/wait/default.yaml', 'a: [\n');
    expect(await completed('lis')).toEqual(['list']);
    expect(await completed('command=up max_re')).toEqual(['max_retries=']);
    for (const words of [[], ['bash'], ['bash', '--'], ['bash', '--', '--cfg'], ['nosuchshell', '--', "'"]]) {
      expect(await home.run(['__complete', ...words])).toMatchObject({ code: 0, stderr: '' });
    }
  });

  it('no word that would mean something to the shell', async () => {
    write('.devbox/command/up_$(touch x).yaml', '# @package _global_\ndefaults: [up]\n');
    write('.devbox/command/up_fine.yaml', '# @package _global_\ndefaults: [up]\n');
    expect(await completed('command=up_')).toEqual(['command=up_fine', 'command=up_gh200']);
  });

  it('nothing for a flag that the flag would refuse', async () => {
    for (const value of [...(flagValues['cfg'] ?? [])]) {
      expect(await home.run(['--cfg', value, 'command=list'])).toMatchObject({ code: 0 });
    }
    for (const value of [...(flagValues['info'] ?? [])]) {
      expect(await home.run(['--info', value, 'command=list'])).toMatchObject({ code: 0 });
    }
  });
});

describe('devbox completion', () => {
  it('knows three shells', async () => {
    expect(await home.run(['completion', 'bsh'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('devbox completion bash'),
    });
    expect((await home.run(['completion', 'zsh'])).stdout).toMatch(/^#compdef devbox\n/);
  });
});

/** `it`, or where the shell is not installed a test that is skipped with a notice. */
function itWith(shell: string): typeof it | typeof it.skip {
  if (spawnSync(shell, ['-c', 'exit 0']).status === 0) return it;
  console.warn(`${shell} is not installed: its completion is not tried`);
  return it.skip;
}

/** The environment of a shell in which `devbox` is the built bin. */
async function shellEnv(shell: string): Promise<Record<string, string>> {
  write('bin/devbox', `#!/bin/sh\nexec "${process.execPath}" "${join(projectRoot, 'dist/main.js')}" "$@"\n`);
  chmodSync(join(home.path, 'bin/devbox'), 0o755);
  write(`completion.${shell}`, (await home.run(['completion', shell])).stdout);
  return {
    HOME: home.path,
    PATH: `${join(home.path, 'bin')}:${process.env['PATH']}`,
    TERM: 'xterm',
    PS1: 'READY> ',
    LANG: 'C.UTF-8',
  };
}

/**
 * Types command lines into a shell on a terminal, presses Tab after each, and returns what became of them.
 * @param setUp makes Control-T write the line to `~/lines` and empty it.
 */
async function typeInto(
  argv: readonly [string, ...string[]],
  setUp: readonly string[],
  env: Record<string, string>,
): Promise<string[]> {
  write('lines', '');
  const lines = (): string[] => readFileSync(join(home.path, 'lines'), 'utf8').split('\n').slice(0, -1);
  const terminal = openTerminal(argv, { columns: 120, cwd: home.path, env });
  try {
    for (const command of [...setUp, 'echo ready >> ~/lines']) terminal.type(`${command}\r`);
    await until(() => lines().length === 1);
    for (const [index, [line]] of typed.entries()) {
      terminal.type(`${line}\t\u0014`);
      await until(() => lines().length === index + 2);
    }
    return lines().slice(1);
  } finally {
    terminal.type('\u0015exit\r');
    await terminal.exited;
  }
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 20));
}

/** What is typed before Tab, and the whole line after it: a space follows what is complete. */
const typed: readonly (readonly [string, string])[] = [
  ['devbox lis', 'devbox list '],
  ['devbox up gh', 'devbox up gh200 '],
  ['devbox command=up_g', 'devbox command=up_gh200 '],
  ['devbox command=up max_re', 'devbox command=up max_retries='],
  ['devbox up api=lo', 'devbox up api=local '],
  ['devbox up wait_after_launch=t', 'devbox up wait_after_launch=true '],
  ['devbox up  --max-r', 'devbox up  --max-retries '],
  ["devbox up region='a b' quan", "devbox up region='a b' quantity="],
];
const results = typed.map(([, result]) => result);

const bashKeys = `bind -x '"\\C-t": printf "%s\\n" "$READLINE_LINE" >> ~/lines; READLINE_LINE='`;
const zshKeys = [
  'bindkey -e',
  'written() { print -r -- "$BUFFER" >> ~/lines; BUFFER= }',
  'zle -N written',
  "bindkey '^T' written",
  'autoload -Uz compinit',
];

describe('a real shell', () => {
  itWith('bash')('bash completes what is typed', async () => {
    const env = await shellEnv('bash');
    const setUp = ['source ~/completion.bash', bashKeys];
    expect(await typeInto(['bash', '--norc', '--noprofile', '-i'], setUp, env)).toEqual(results);
  });

  itWith('zsh')('zsh completes what is typed', async () => {
    const env = await shellEnv('zsh');
    const setUp = [...zshKeys, 'compinit -D -u', 'source ~/completion.zsh'];
    expect(await typeInto(['zsh', '-f', '-i'], setUp, env)).toEqual(results);
  });

  itWith('zsh')('zsh takes the script as a file of its function path too', async () => {
    const env = await shellEnv('zsh');
    write('functions/_devbox', (await home.run(['completion', 'zsh'])).stdout);
    const setUp = [...zshKeys, 'fpath=(~/functions $fpath)', 'compinit -D -u'];
    expect(await typeInto(['zsh', '-f', '-i'], setUp, env)).toEqual(results);
  });

  itWith('fish')('fish is told the same, with descriptions', async () => {
    const env = await shellEnv('fish');
    const ask = (line: string): string =>
      spawnSync('fish', ['--no-config', '-c', `source ~/completion.fish; complete -C '${line}'`], {
        cwd: home.path,
        env,
        encoding: 'utf8',
      }).stdout;
    for (const [line, result] of typed) {
      expect(ask(line.replaceAll("'", ''))).toContain(result.trimEnd().split(' ').at(-1) ?? '');
    }
    expect(ask('devbox command=up max_re')).toMatch(/^max_retries=\tlaunches after the first/);
    expect(ask('devbox ')).toMatch(/^list\tlist boxes/m);
  });
});
