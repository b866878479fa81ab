import { describe, expect, it } from '@jest/globals';
import type { PlainValue } from '../../../../src/compose/index.ts';
import { guardedSettings, isCredential } from '../../../../src/config/trust/guarded.ts';

type Config = Readonly<Record<string, PlainValue>>;

function guarded(config: Config, hasRest = false): string[] {
  const isAtHome = (path: string): boolean => path.startsWith('inside/');
  return guardedSettings({ config, hasRest, isAtHome }).map(({ path }) => path.join('.'));
}

describe('guardedSettings', () => {
  const rows: readonly [string, Config, string[]][] = [
    ['addresses', { api: { provider: 'lambda', base_url: 'x', timeout: 1 } }, ['api.base_url']],
    [
      'whatever else a provider may get',
      { api: { proxy: 'x', verify: false, none: null } },
      ['api.proxy', 'api.verify'],
    ],
    ['the key, but not its absence', { api: { api_key: 'x' } }, ['api.api_key']],
    ['encryption given up', { api: { provider: 'gpulab', insecure: true } }, ['api.insecure']],
    ['encryption kept', { api: { provider: 'gpulab', insecure: false } }, []],
    ['no key', { api: { api_key: null } }, []],
    [
      'files of ssh',
      { ssh: { identity_file: 'x', config_dir: 'y', port: 1 } },
      ['ssh.identity_file', 'ssh.config_dir'],
    ],
    ['what is left to ssh', { ssh: { identity_file: null, config_dir: null, forward_agent: false } }, []],
    ['the key for Tailscale', { tailscale: { enabled: true } }, ['tailscale.enabled']],
    ['the agent', { ssh: { forward_agent: true } }, ['ssh.forward_agent']],
    ['a file elsewhere', { cloud_init: { file: '/etc/passwd' } }, ['cloud_init.file']],
    ['a file of the project', { cloud_init: { file: 'inside/x' } }, []],
    ['what runs here', { api: { provider: 'local' }, argv: ['x'], env: { A: 'b' } }, ['argv', 'env']],
    ['what runs elsewhere', { api: { provider: 'lambda' }, argv: ['x'], env: { A: 'b' } }, []],
    ['nothing to run', { api: { provider: 'local' }, argv: [], env: {} }, []],
    [
      'what ends',
      { command: 'down', instance_identifier: 'x', purge: true },
      ['instance_identifier', 'purge'],
    ],
    ['what cleanup ends', { command: 'reap', orphans: true, dry_run: false }, ['orphans']],
    ['what cleanup leaves', { command: 'reap', orphans: false, lease: 'x' }, []],
    ['which lease is given up', { command: 'lease_release', lease: 'x', force: true }, ['lease', 'force']],
    ['a file for the environment', { env_file: '/etc/passwd' }, ['env_file']],
    [
      'what a box here begins with',
      { api: { provider: 'local' }, startup_command: 'x' },
      ['startup_command'],
    ],
    ['what a box elsewhere begins with', { api: { provider: 'gpulab' }, startup_command: 'x' }, []],
    ['what is made anew', { command: 'redeploy', instance_identifier: ['x'] }, ['instance_identifier']],
    ['what ends unasked', { command: 'down', force: true }, ['force']],
    ['what is copied from elsewhere', { command: 'cp', source: '/etc/passwd', target: 'b:x' }, ['source']],
    ['where copies go', { command: 'cp', source: 'b:x', target: '../x' }, ['target']],
    ['copies within the project', { command: 'cp', source: 'b:x', target: 'inside/x' }, []],
    ['copied streams', { command: 'cp', source: '-', target: 'b:x' }, []],
    [
      'what goes into volumes and comes out of them',
      { files: ['inside/a', '/etc/passwd'], from_file: '/etc/passwd', output: '/etc/x' },
      ['files', 'from_file', 'output'],
    ],
    ['a download to its own name', { output: null }, []],
    [
      'what is deleted of volumes',
      { command: 'volumes_files_rm', volume: 'v', path: 'x', force: true },
      ['volume', 'path', 'force'],
    ],
    ['a volume that is looked at', { command: 'volumes_info', volume: 'v' }, []],
    ['what is only looked at', { command: 'wait', instance_identifier: 'x' }, []],
    ['what is deleted, unasked', { command: 'firewall_rm', ruleset: 'x', force: true }, ['ruleset', 'force']],
    ['a filesystem that is deleted', { command: 'filesystems_rm', filesystem: 'x' }, ['filesystem']],
    ['who is let in', { command: 'firewall_update', ruleset: 'x', rules: ['all'] }, ['rules']],
    ['a file for a private key', { command: 'ssh_keys_add', private_key_file: 'x' }, ['private_key_file']],
    ['what is launched where nothing is said', { api: { launch: { region: 'x' } } }, []],
    [
      'what run copies, runs and ends',
      {
        api: { provider: 'lambda' },
        command: 'run',
        instance_identifier: 'x',
        argv: ['x'],
        directory: '~',
        artifacts: ['**'],
        after: 'down',
      },
      ['instance_identifier', 'argv', 'directory', 'artifacts', 'after'],
    ],
    [
      'what run leaves alone',
      {
        api: { provider: 'lambda' },
        command: 'run',
        instance_identifier: 'x',
        argv: [],
        directory: null,
        artifacts: [],
        after: 'keep',
      },
      [],
    ],
    ['hooks to come', { hooks: { before_up: 'x' } }, ['hooks']],
    ['choices', { region: 'x', quantity: 9, wait: { timeout: 1 }, tags: { a: 'b' } }, []],
  ];
  it.each(rows)('%s', (_name, config, expected) => {
    expect(guarded(config)).toEqual(expected);
  });

  it('leaves alone what the words after -- replace', () => {
    expect(guarded({ api: { provider: 'local' }, argv: ['x'] }, true)).toEqual([]);
  });
});

describe('isCredential', () => {
  it.each(['', 'api', 'api.api_key', 'hydra.overrides.task[0]', 'hydra.job.override_dirname', 'hydra'])(
    '%j',
    (path) => {
      expect(isCredential(path)).toBe(true);
    },
  );
  it.each(['api.provider', 'region', 'hydra.runtime.choices.api', 'apis'])('not %j', (path) => {
    expect(isCredential(path)).toBe(false);
  });
});
