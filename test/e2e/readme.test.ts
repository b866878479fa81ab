import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Home, makeHome, projectRoot } from '../support/bin.ts';
import { devboxLines, shellWords } from '../support/doc-lines.ts';
import { type FakeLambda, startFakeLambda } from '../support/fake-lambda/index.ts';
import { startServe } from '../support/served.ts';

let home: Home;
let fake: FakeLambda;

beforeEach(async () => {
  home = makeHome();
  fake = await startFakeLambda();
  write('.config/devbox/wait/default.yaml', 'timeout: 60.0\npoll_interval: 0.01\nssh: false\n');
  // Nothing may leave this machine: the boxes of the fake server have no real addresses.
  write('bin/ssh', '#!/bin/sh\necho "$@" >> "$HOME/ssh-calls"\n', 0o755);
});
afterEach(async () => {
  for (const name of ['scratch', 'devbox']) await home.run(['down', name, 'api=local']);
  home.remove();
  await fake.stop();
});

function write(path: string, content: string, mode = 0o644): void {
  const file = join(home.path, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content, { mode });
}

/** What a machine with a GPU has, as far as the lines ask. */
const nvidiaSmi = `#!/bin/sh
case "$*" in
  *--query-gpu=*) echo "0, GPU-11111111-2222-3333-4444-555555555555, 24564, 512, 7, 41, NVIDIA GeForce RTX 4090" ;;
  *) echo "NVIDIA GeForce RTX 4090" ;;
esac
`;

async function runAll(lines: readonly string[], more: Readonly<Record<string, string>> = {}): Promise<void> {
  // The environment says where Lambda Cloud is, so that each line runs exactly as it is printed.
  const env = {
    LAMBDA_API_KEY: fake.apiKey,
    DEVBOX_LAMBDA_API_URL: fake.baseUrl,
    DEVBOX_LAMBDA_REQUEST_INTERVAL: '0.0',
    DEVBOX_LAMBDA_LAUNCH_INTERVAL: '0.0',
    PATH: `${join(home.path, 'bin')}:${process.env['PATH']}`,
    ...more,
  };
  for (const line of lines) {
    const result = await home.run(shellWords(line).slice(1), { env });
    expect({ line, ...result }).toMatchObject({ line, code: 0 });
  }
}

describe('every command line runs as printed', () => {
  it('of the README', async () => {
    // Those of the chapter on AWS are run in test/e2e/aws, where there is an emulator.
    const page = readFileSync(join(projectRoot, 'README.md'), 'utf8');
    const all = devboxLines(page.replace(/^## AWS[\s\S]*?^(?=## )/m, ''));
    // Those of AWS run in test/e2e/aws/user-policy.test.ts.
    const lines = all.filter((line) => !line.includes('api=aws'));
    expect(lines.length).toBeGreaterThan(15);
    write('bin/nvidia-smi', nvidiaSmi, 0o755);
    write('.local/state/devbox/server/homes/training/.local/bin/nvidia-smi', nvidiaSmi, 0o755);
    write('results', 'loss 0.25\n');
    const PATH = `${join(home.path, 'bin')}:${process.env['PATH']}`;
    const served = await startServe(home, ['insecure=true'], { PATH });
    try {
      await runAll(lines, { GPULAB_API_URL: served.url });
    } finally {
      await served.end('SIGTERM');
    }
    expect(readFileSync(join(home.path, 'ssh-calls'), 'utf8')).toContain('nvidia-smi');
  }, 120_000);

  it('of the page on Lambda Cloud, where it names things', async () => {
    const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJvCAc3Tgg/0BwLgdB6Ye4Mz0iQvG1rKGdW5lhO1Yp4x me@here\n';
    write('.ssh/id_ed25519.pub', key);
    const lines = devboxLines(readFileSync(join(projectRoot, 'docs/lambda.md'), 'utf8'));
    const complete = lines.filter((line) => !/\b(NAME|NEW)\b/.test(line));
    expect(complete.length).toBeGreaterThan(15);
    await runAll(complete);
  }, 120_000);

  const seed = join(projectRoot, '../shared/seeds/000-lambda-devbox.md');
  const run = existsSync(seed) ? it : it.skip;
  if (!existsSync(seed))
    process.stderr.write('Skipped: the document that devbox started from is not beside the project.\n');
  run(
    'of the document that devbox started from',
    async () => {
      const lines = devboxLines(readFileSync(seed, 'utf8'));
      expect(lines.length).toBeGreaterThan(10);
      await runAll(lines.filter((line) => !line.startsWith('devbox/')));
    },
    120_000,
  );
});
