import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type BinOptions, type Home, makeHome, projectRoot } from '../support/bin.ts';
import { startFakeLambda } from '../support/fake-lambda/index.ts';
import { openTerminal } from '../support/terminal.ts';

let home: Home;
beforeEach(() => {
  home = makeHome();
});
afterEach(async () => {
  const boxes = await home.run(['list', 'api=local', idle, '-q']);
  const ids = boxes.stdout.split('\n').filter(Boolean);
  if (ids.length > 0) await home.run(['down', '-m', `instance_identifier=${ids.join()}`, 'api=local', idle]);
  home.remove();
});

const idle = 'api.idle_timeout=0.2';
const up = (...argv: string[]) => home.run(['command=up', 'api=local', idle, ...argv]);
const documentOf = (stdout: string): unknown => JSON.parse(stdout);

describe('a sweep', () => {
  it('without -m is an error that shows both ways to mean it', async () => {
    const result = await home.run(['list', 'api=local', 'wait.timeout=1,2']);
    expect(result).toMatchObject({ code: 2, stdout: '' });
    expect(result.stderr).toContain("for a list, write 'wait.timeout=[1,2]'; for a sweep, add --multirun");
  });

  it('has its jobs in the order of the basic sweeper, each under its overrides', async () => {
    const result = await home.run(['list', '-m', 'wait.timeout=1,2', 'api=glob(lo*)', 'ssh.port=range(1,3)']);
    const titles = result.stdout.split('\n').filter((line) => line.startsWith('#'));
    expect(titles).toEqual([
      '#0 command=list wait.timeout=1 api=local ssh.port=1',
      '#1 command=list wait.timeout=1 api=local ssh.port=2',
      '#2 command=list wait.timeout=2 api=local ssh.port=1',
      '#3 command=list wait.timeout=2 api=local ssh.port=2',
    ]);
    expect(result.stdout).toMatch(/\n\nMultirun\n +Jobs: {2}4\n +Done: {2}4\n +Failed: {2}0\n$/);
    expect(result).toMatchObject({ code: 0, stderr: '' });
  });

  it('tells each job its number', async () => {
    const result = await home.run(
      ['-m', '--cfg', 'job', '--resolve', 'command=up', 'instance_name=b${hydra:job.num}', 'quantity=3,4'],
      {},
    );
    expect(result.stdout).toMatch(/instance_name: b0\nquantity: 3\n[\s\S]*instance_name: b1\nquantity: 4\n/);
  });

  it.each([
    ['cards', [], /Nothing to run: the sweep has no jobs/],
    ['--json', ['--json'], /^\[\]\n$/],
  ])('without jobs ends well: %s', async (_name, flags, said) => {
    const result = await home.run(['list', '-m', 'wait.timeout=range(3,3)', ...flags]);
    expect(result).toMatchObject({ code: 0, stderr: '' });
    expect(result.stdout).toMatch(said);
  });

  it('may come from the configuration', async () => {
    mkdirSync(join(home.path, 'tree'));
    writeFileSync(
      join(home.path, 'tree', 'sweep.yaml'),
      'defaults:\n  - config\n  - _self_\nhydra:\n  sweeper:\n    params:\n      wait.timeout: 1,2\n',
    );
    const result = await home.run(['list', '-m', 'api=local', '-cd', 'tree', '-cn', 'sweep', '--json']);
    expect(documentOf(result.stdout)).toMatchObject([
      { overrides: ['wait.timeout=1', 'command=list', 'api=local'], exit: 0, result: [] },
      { overrides: ['wait.timeout=2', 'command=list', 'api=local'], exit: 0, result: [] },
    ]);
  });
});

describe('a job that fails', () => {
  it('hides no other one, and the first gives its exit code', async () => {
    const mixed = await home.run(['list', '-m', 'api=nonsense,local,lambda']);
    expect(mixed.code).toBe(2);
    expect(mixed.stdout).toMatch(/#1 command=list api=local\n\nNo instances\n/);
    expect(mixed.stdout).toMatch(/Jobs: {2}3\n +Done: {2}1\n +Failed: {2}2\n/);
    expect(mixed.stdout).toMatch(/#2: {2}command=list api=lambda: There is no key for .* \(exit 3\)\n$/);
    expect(mixed.stderr).toMatch(/Job: {2}#0 command=list api=nonsense\n/);
    expect(mixed.stderr).toMatch(/Job: {2}#2 command=list api=lambda\n/);
  });

  it('is an error in the one document of --json', async () => {
    const result = await home.run(['list', '-m', 'api=local,lambda', '--json']);
    expect(result.code).toBe(3);
    expect(documentOf(result.stdout)).toMatchObject([
      { overrides: ['command=list', 'api=local'], exit: 0, result: [] },
      { overrides: ['command=list', 'api=lambda'], exit: 3, error: { exit: 3, message: /no key/ } },
    ]);
    expect(result.stderr).toBe('');
  });
});

describe('jobs at the same time', () => {
  it('tell their progress in lines with their number', async () => {
    const result = await up('-m', 'instance_name=a,b,c', 'hydra.launcher.n_jobs=3');
    expect(result.code).toBe(0);
    for (const [number, name] of ['a', 'b', 'c'].entries()) {
      expect(result.stderr).toMatch(new RegExp(`^#${number} Launching ${name}: `, 'm'));
      expect(result.stdout).toContain(
        `#${number} command=up api=local ${idle} instance_name=${name}\n\n${name}\n`,
      );
    }
    for (const line of result.stderr.trimEnd().split('\n')) expect(line).toMatch(/^#[012] \S/);
  });

  it('make one box of a name that they share', async () => {
    const result = await up('-m', 'max_retries=1,2,3,4', 'hydra.launcher.n_jobs=4', '-q');
    expect(result.code).toBe(0);
    expect(new Set(result.stdout.trimEnd().split('\n')).size).toBe(1);
  });

  it('never mix the lines of what they run', async () => {
    await up('-m', '-q', 'instance_name=a,b');
    const script = 'for i in 1 2 3; do printf "%s" start-; sleep 0.05; echo end; done; printf last; exit 3';
    const result = await home.run(
      ['exec', '-m', 'instance_identifier=a,b', 'hydra.launcher.n_jobs=2', '-q', '--', 'sh', '-c', script],
      {},
    );
    expect(result.code).toBe(3);
    const lines = result.stdout.trimEnd().split('\n');
    expect(lines.filter((line) => line === '#0 start-end')).toHaveLength(3);
    expect(lines.filter((line) => line === '#1 start-end')).toHaveLength(3);
    expect(lines.filter((line) => /^#[01] last$/.test(line))).toHaveLength(2);
    expect(lines).toHaveLength(8);
  });

  it('keep the pace of the provider together', async () => {
    const fake = await startFakeLambda({ limits: { requestMs: 0, launchMs: 300 } });
    const result = await home.run(
      [
        ...['up', 'gh200', '-m', 'instance_name=a,b,c', 'wait_after_launch=false', '-q'],
        ...[
          `api.base_url=${fake.baseUrl}`,
          'api.request_interval=0.0',
          'wait.ssh=false',
          'api.launch_interval=0.5',
        ],
        ...['max_retries=0', 'hydra.launcher.n_jobs=3'],
      ],
      { env: { LAMBDA_API_KEY: fake.apiKey } },
    );
    expect(result).toMatchObject({ code: 0 });
    expect(fake.instances).toHaveLength(3);
    await fake.stop();
  });
});

describe('what a job runs', () => {
  const both = ['exec', '-m', 'instance_identifier=a,b'];
  beforeEach(async () => {
    await up('-m', '-q', 'instance_name=a,b');
  });

  it('writes straight through, one after another, with nothing on stdin', async () => {
    const options: BinOptions = { input: 'not for the jobs' };
    const result = await home.run([...both, '--', 'sh', '-c', 'echo hi; cat'], options);
    expect(result.code).toBe(0);
    expect(result.stdout).toMatch(
      /^#0 command=exec instance_identifier=a\nhi\n\n#1 command=exec instance_identifier=b\nhi\n\nMultirun\n/,
    );
  });

  it('is part of the document of --json', async () => {
    const result = await home.run([...both, '--json', '--', 'sh', '-c', 'echo hi; echo no >&2; exit 4']);
    expect(result).toMatchObject({ code: 4, stderr: '' });
    const job = { exit: 4, result: { stdout: 'hi\n', stderr: 'no\n' } };
    expect(documentOf(result.stdout)).toMatchObject([job, job]);
  });

  it('does not take the terminal', async () => {
    const refused = await home.run(['ssh', '-m', 'instance_identifier=a,b']);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(/ssh needs the terminal for itself/);
    const printed = await home.run(['ssh', '-m', 'instance_identifier=a,b', 'print=true', '-q']);
    expect(printed).toMatchObject({ code: 0, stdout: 'devbox ssh a\ndevbox ssh b\n' });
  });

  it('is ended by Ctrl-C, and no other job begins', async () => {
    const result = await home.run([...both, '--', 'sh', '-c', 'echo begun >&2; sleep 60'], {
      signalAt: { text: 'begun', signal: 'SIGINT' },
    });
    expect(result.code).toBe(130);
    expect(result.stdout).toMatch(/Jobs: {2}2\n +Done: {2}0\n +Failed: {2}1\n +Not started: {2}1\n/);
    expect(result.stdout).not.toMatch(/#1/);
  });
});

describe('what is set under hydra', () => {
  it.each([
    [
      'hydra.lancher.n_jobs=2',
      /hydra\.lancher\.n_jobs is nothing .*\n.*Did you mean hydra\.launcher\.n_jobs\?/,
    ],
    ['hydra.launcher.n_jobs=0', /Expected: {2}a whole number from 1\n.*hydra\.launcher\.n_jobs is 0/],
    ['hydra.launcher.n_jobs=1,2', /is a sweep, and what is set under hydra is one for all jobs/],
    ['hydra/launcher=joblib', /hydra\.launcher\.n_jobs=N runs N jobs at a time/],
    ['hydra.searchpath=[x]', /Use --config-dir DIR/],
  ])('%s is refused', async (override, message) => {
    const result = await home.run(['list', '-m', 'api=local', override]);
    expect(result).toMatchObject({ code: 2, stdout: '' });
    expect(result.stderr).toMatch(message);
  });

  it('is no part of the configuration, and known without -m too', async () => {
    const argv = ['--cfg', 'job', 'command=list', 'hydra.launcher.n_jobs=2'];
    expect((await home.run(argv)).stdout).not.toMatch(/hydra|n_jobs/);
    expect((await home.run(['list', 'api=local', 'hydra.nonsense=1'])).code).toBe(2);
  });
});

it('shows jobs live on a terminal, one after another', async () => {
  const fake = await startFakeLambda({ statuses: ['booting', 'active'] });
  const settings = [
    `api.base_url=${fake.baseUrl}`,
    'api.request_interval=0.0',
    'wait.ssh=false',
    'api.launch_interval=0.0',
  ];
  const terminal = openTerminal(
    [
      process.execPath,
      join(projectRoot, 'dist', 'main.js'),
      ...['up', 'gh200', '-m', 'instance_name=a,b', 'wait.poll_interval=0.2', ...settings],
    ],
    {
      columns: 100,
      cwd: home.path,
      env: {
        ...{ PATH: process.env['PATH'] ?? '', HOME: home.path },
        ...{ TERM: 'xterm-256color', LAMBDA_API_KEY: fake.apiKey },
      },
    },
  );
  expect(await terminal.exited).toBe(0);
  const { text, cursorVisible } = terminal.screen();
  expect(cursorVisible).toBe(true);
  expect(text).toMatch(/#0 [^#]*a is ready[^#]*Status: {2}active[^#]*#1 [^#]*b is ready[^#]*Multirun/);
  expect(text).not.toMatch(/Waiting for/);
  await fake.stop();
});
