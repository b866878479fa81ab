import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type Home, makeHome, projectRoot } from '../support/bin.ts';

let home: Home;
let tools: string;

beforeEach(() => {
  home = makeHome();
  tools = join(home.path, 'tools');
  mkdirSync(tools);
  program(join(tools, 'devbox'), `exec ${process.execPath} ${join(projectRoot, 'dist', 'main.js')} "$@"`);
});
afterEach(async () => {
  await home.run(['rm', 'training', 'api=local', 'purge=true']);
  home.remove();
});

function program(path: string, script: string): void {
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
}

/** A machine with one GPU, as far as anybody asks `nvidia-smi`. */
const nvidiaSmi = `
case "$*" in
  *--query-gpu=*) echo "0, GPU-11111111-2222-3333-4444-555555555555, 24564, 512, 7, 41, NVIDIA GeForce RTX 4090" ;;
  *) echo "NVIDIA-SMI: NVIDIA GeForce RTX 4090, 512MiB / 24564MiB" ;;
esac`;

/** As much of torch as the example uses. */
const torch = `
class cuda:
    @staticmethod
    def get_device_name(index):
        return "NVIDIA GeForce RTX 4090"

class zeros:
    def __init__(self, count):
        self.count = count
    def tolist(self):
        return [0.0] * self.count
`;

const works = (argv: readonly string[]): boolean => {
  const [file = '', ...args] = argv;
  return spawnSync(file, args, { stdio: 'ignore' }).status === 0;
};

test('the example for coding agents runs as it stands', () => {
  for (const [part, argv] of [
    ['jq', ['jq', '--version']],
    ['/usr/bin/python3', ['/usr/bin/python3', '--version']],
    ['bubblewrap', ['bwrap', '--unshare-user', '--ro-bind', '/', '/', 'true']],
  ] as const) {
    if (works(argv)) continue;
    return console.info(`skipped: ${part} is not there or does not work`);
  }
  program(join(tools, 'nvidia-smi'), nvidiaSmi);
  // What the image of the template would have, in the place where a box of this machine looks first.
  const bin = join(home.path, '.local/share/devbox/homes/training/.local/bin');
  mkdirSync(bin, { recursive: true });
  program(join(bin, 'nvidia-smi'), nvidiaSmi);
  program(join(bin, 'python'), 'PYTHONPATH=$HOME/.local/bin exec /usr/bin/python3 "$@"');
  writeFileSync(join(bin, 'torch.py'), torch);
  const project = join(home.path, 'agent');
  cpSync(join(projectRoot, 'examples/agent'), project, { recursive: true });

  const output = execFileSync('./workflow.sh', {
    cwd: project,
    env: { PATH: `${tools}:${process.env['PATH']}`, HOME: home.path },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  expect(output).toContain('"running"\n');
  expect(output).toContain('training on NVIDIA GeForce RTX 4090\n');
  expect(output).toContain('NVIDIA-SMI: NVIDIA GeForce RTX 4090');
  expect(output).toContain('{"loss": 0.25, "weights": [0.0, 0.0, 0.0, 0.0]}');
});
