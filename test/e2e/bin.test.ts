import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { arch, platform } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Home, makeHome, projectRoot } from '../support/bin.ts';

const main = join(projectRoot, 'dist', 'main.js');
let home: Home;
beforeEach(() => {
  home = makeHome();
});
afterEach(() => home.remove());

/** Runs a program with devbox's environment; its standard output. */
function output(file: string, argv: readonly string[]): string {
  const env = { PATH: process.env['PATH'], HOME: home.path };
  return execFileSync(file, argv, { cwd: home.path, env, encoding: 'utf8' });
}

function write(name: string, text: string): void {
  const path = join(home.path, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, text);
}

describe('the bin', () => {
  it('keeps flags from Node that Node knows too', () => {
    write('box.env', 'GPULAB_API_URL=https://stolen.example/api\n');
    const argv = ['deploy', '--name', 'x', '--env-file', 'box.env', '--cfg', 'job', '--resolve', '--json'];
    const config = JSON.parse(output(main, argv));
    expect(config.env_file).toBe('box.env');
    // Node would have put what the file says into devbox's own environment.
    expect(config.api.base_url).toBe('https://gpulab.ai/api');
  });

  it('starts through a link, as npm installs it, and from node', () => {
    mkdirSync(join(home.path, 'bin'));
    symlinkSync(main, join(home.path, 'bin', 'devbox'));
    const line = `devbox v0.1.0 (${platform()}/${arch()})\n`;
    expect(output(join(home.path, 'bin', 'devbox'), ['version'])).toBe(line);
    expect(output(process.execPath, [main, 'version'])).toBe(line);
    expect(output('npm', ['--prefix', projectRoot, '--silent', 'start', '--', 'version'])).toBe(line);
  });

  it('leaves words alone that a shell would take apart', () => {
    const argv = ['up', '--cfg', 'job', '--package', 'instance_name', '--name', 'a  "$HOME" \'*\''];
    expect(output(main, argv)).toBe('a  "$HOME" \'*\'\n');
  });
});

describe('flags without a command', () => {
  it.each([['-f'], ['--wait-after-launch'], ['--timeout', '5']])('%s', async (...argv) => {
    const result = await home.run(argv);
    expect(result).toMatchObject({ code: 2, stdout: '' });
    expect(result.stderr).toMatch(/no command is named|follow|wait_after_launch/);
  });
});

describe('version', () => {
  it('is one line, a document, or the number alone', async () => {
    expect((await home.run(['command=version'])).stdout).toMatch(/^devbox v[\d.]+ \(\w+\/\w+\)\n$/);
    const json = JSON.parse((await home.run(['version', '--json'])).stdout);
    expect(json).toEqual({ version: '0.1.0', os: platform(), arch: arch(), node: process.versions.node });
    expect((await home.run(['version', '-q'])).stdout).toBe('0.1.0\n');
    expect((await home.run(['version', 'x'])).code).toBe(2);
  });
});

describe("the user's own defaults", () => {
  const own = (text: string): void =>
    write('.config/devbox/user/default.yaml', `# @package _global_\n${text}\n`);

  it('are how things are printed, unless the command line says something else', async () => {
    own('default_output: json');
    const isJson = async (...argv: string[]): Promise<boolean> => {
      const { stdout, stderr } = await home.run(['down', 'box', ...argv]);
      return /^[[{]/.test(stdout + stderr);
    };
    expect(await isJson()).toBe(true);
    expect(await isJson('--quiet')).toBe(false);
    expect(await isJson('default_output=table')).toBe(false);
    expect(await isJson('nonsense=1')).toBe(true);
    expect(await isJson('--multirun', 'purge=true,false')).toBe(true);
  });

  it('are the GPU of deploy, unless one is named', async () => {
    own('default_gpu_type: NVIDIA H100');
    const gpu = async (...argv: string[]): Promise<unknown> => {
      const { stdout } = await home.run(['deploy', '--cfg', 'job', '--resolve', '--json', ...argv]);
      return JSON.parse(stdout).gpu_type;
    };
    expect(await gpu()).toBe('NVIDIA H100');
    expect(await gpu('--gpu-type', 'RTX 4090')).toBe('RTX 4090');
    expect(await gpu('gpu_type=null')).toBeNull();
  });

  it('can hold other settings, for which presets are still stronger', async () => {
    own('wait: {timeout: 7.0}');
    const result = await home.run(['list', '--cfg', 'job', '--package', 'wait.timeout']);
    expect(result.stdout).toBe('7.0\n');
  });

  it('are checked', async () => {
    own('default_output: yaml');
    const result = await home.run(['list']);
    expect(result).toMatchObject({ code: 2, stdout: '' });
    expect(result.stderr).toMatch(/user\/default\.yaml:2[\s\S]*one of table, json, quiet/);
  });

  it('do not stand in the way of a configuration that knows nothing of them', async () => {
    write(
      'conf/config.yaml',
      'defaults: [{api: gpulab}, {wait: default}, {ssh: default}, {command: null}, _self_]\n',
    );
    const result = await home.run(['deploy', '--config-dir', 'conf', '--cfg', 'job', '--resolve']);
    expect(result.stdout).toMatch(/^gpu_type: null$/m);
  });
});
