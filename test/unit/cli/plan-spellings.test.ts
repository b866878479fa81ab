import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { firstLook } from '../../../src/cli/arguments.ts';
import { commandNamesIn } from '../../../src/cli/command-names.ts';
import { processContext } from '../../../src/cli/context.ts';
import { readLine } from '../../../src/cli/read-line.ts';
import { toOverrides } from '../../../src/cli/words.ts';
import { commandNames, loadCommand } from '../../../src/commands/table.ts';
import { composeConfig } from '../../../src/config/compose.ts';
import { projectRoot } from '../../support/bin.ts';

const context = { ...processContext(projectRoot, '0.0.0'), env: { HOST_TOKEN: 'from-host' } };
const source = {
  trees: [{ path: join(projectRoot, 'conf'), label: 'built-in' as const }],
  configName: 'config',
  project: undefined,
};
const commands = commandNamesIn(source, context);

// Jest cannot load many modules at a time.
beforeAll(async () => {
  for (const name of commandNames) await loadCommand(name);
});

/** The configuration that a command line comes to; words are apart at single spaces, and in quotes there are none. */
async function configOf(line: string): Promise<Record<string, unknown>> {
  const argv = [...line.matchAll(/(?:"[^"]*"|\S)+/g)].map(([word]) => word.replaceAll('"', ''));
  const { words, settings } = await readLine(argv, firstLook(argv), commands, context);
  return composeConfig(source, await toOverrides(words, settings, commands), context).resolve(
    () => undefined,
  );
}

describe("command lines of GPULab's client", () => {
  const rows: readonly [line: string, config: object][] = [
    ['auth login --api-key -', { command: 'auth_login' }],
    ['auth whoami', { command: 'auth_whoami', api: { provider: 'gpulab' } }],
    [
      'deploy --name "my-job" --gpu-type "NVIDIA GeForce RTX 4090" --template pytorch-2.1 --ports 8080,8888 --env BATCH_SIZE=32 --env LEARNING_RATE=0.001 --volume my-workspace --mount-path /workspace --memory 32 --command "python train.py"',
      {
        command: 'deploy',
        instance_name: 'my-job',
        gpu_type: 'NVIDIA GeForce RTX 4090',
        template: 'pytorch-2.1',
        ports: [8080, 8888],
        env: { BATCH_SIZE: 32, LEARNING_RATE: 0.001 },
        volume: 'my-workspace',
        mount_path: '/workspace',
        memory: 32,
        startup_command: 'python train.py',
      },
    ],
    ['deploy --name job --wait --json', { instance_name: 'job', wait_after_launch: true }],
    ['deploy --wait --name job', { instance_name: 'job', wait_after_launch: true }],
    ['--wait deploy --name job', { command: 'deploy', wait_after_launch: true }],
    [
      'deploy -e A=b,c -e HOST_TOKEN --env-file x.env',
      { env: { A: 'b,c', HOST_TOKEN: 'from-host' }, env_file: 'x.env' },
    ],
    ['deploy --publish 80 --ports 443 --pull-policy latest', { ports: [80, 443], pull_policy: 'latest' }],
    ['ls --status running', { command: 'ls', status: 'running' }],
    ['containers ls --json', { command: 'ls' }],
    ['containers inspect abc-123', { command: 'inspect', instance_identifier: 'abc-123' }],
    ['rm abc-123 --force', { command: 'down', force: true }],
    ['rm --force abc-123', { command: 'down', force: true }],
    ['logs abc-123 --tail 500', { instance_identifier: 'abc-123', tail: 500 }],
    ['logs abc-123 -f -n 5 -t', { follow: true, tail: 5, timestamps: true }],
    ['logs --follow abc-123 --stderr', { instance_identifier: 'abc-123', follow: true, stderr: true }],
    ['logs abc-123 --deploy', { deploy: true }],
    ['stats abc-123 --watch', { instance_identifier: 'abc-123', watch: true }],
    ['stats -w abc-123', { instance_identifier: 'abc-123', watch: true }],
    ['exec abc-123 --interactive', { instance_identifier: 'abc-123', interactive: true }],
    ['exec --timeout 60 abc-123 -- python train.py', { instance_identifier: 'abc-123', timeout: 60 }],
    ['ls --timeout 60 api=gpulab', { api: { timeout: 60 } }],
    [
      'cp ./local.py abc-123:/workspace/file.py',
      { source: './local.py', target: 'abc-123:/workspace/file.py' },
    ],
    ['cp a=b.txt abc-123:/x', { source: 'a=b.txt', target: 'abc-123:/x' }],
    ['gpus', { command: 'gpus' }],
    ['gpus available', { command: 'gpus' }],
    ['gpus --type "RTX 4090" --min-memory 24000', { type: 'RTX 4090', min_memory: 24000 }],
    ['gpus types', { command: 'gpus_types' }],
    ['templates --type gpu', { command: 'templates', type: 'gpu' }],
    ['templates info pytorch-2.1', { command: 'templates_info', template: 'pytorch-2.1' }],
    ['volumes create --name my-data --size 100', { command: 'volumes_create', name: 'my-data', size: 100 }],
    ['volumes resize my-data --size 200', { command: 'volumes_resize', size: 200 }],
    ['volumes rm my-data --force', { command: 'volumes_rm', force: true }],
    ['volumes ls my-data --path /training-data', { command: 'volumes_files_ls', path: '/training-data' }],
    ['volumes files ls my-data', { command: 'volumes_files_ls', volume: 'my-data' }],
    ['ssh-keys', { command: 'ssh_keys' }],
    [
      'ssh-keys add --name laptop --key "ssh-rsa AAAA= me@x"',
      { command: 'ssh_keys_add', name: 'laptop', key: 'ssh-rsa AAAA= me@x' },
    ],
    ['ssh-keys add --name laptop --key-file id.pub', { key_file: 'id.pub' }],
    ['ssh-keys rm laptop', { command: 'ssh_keys_rm' }],
    ['command=logs --tail 5 abc-123', { command: 'logs', instance_identifier: 'abc-123', tail: 5 }],
  ];
  it.each(rows)('%s', async (line, expected) => {
    expect(await configOf(line)).toMatchObject(expected);
  });

  it('an override of the line before or after a flag adds to the same mapping', async () => {
    expect(await configOf('deploy env.A=1 --env B=2')).toMatchObject({ env: { A: 1, B: 2 } });
  });

  it.each([
    ['rm abc-123 --forec', /--forec is no flag of down/],
    ['up -x', /-x is no flag of up/],
    ['up --regoin', /--regoin is no flag of up/],
    ['ls --follow', /--follow is no flag of ls/],
    ['volumes lst', /lst: volumes takes no words/],
    ['templates inof x', /inof: templates takes no words/],
    ['volumes create --size 1 --size 2', /--size is given twice/],
  ])('%s is refused', async (line, message) => {
    await expect(configOf(line)).rejects.toThrow(message);
  });
});
