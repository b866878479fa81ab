import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { build } from 'esbuild';
import { openTerminal, type Terminal } from '../../support/terminal.ts';

/** The bundle that users run: whether Ink draws where CI is set is decided when it is built. */
const ink = resolve('dist/ui.mjs');
const isBuilt = existsSync(ink);
if (!isBuilt)
  console.warn('notice: the terminal is not tested, because dist/ui.mjs is missing (npm run build)');

const folder = mkdtempSync(join(tmpdir(), 'devbox-ui-'));
const program = join(folder, 'program.mjs');
/** Two variables that Ink would act on, were they not dealt with in the build. */
const env = { PATH: process.env['PATH'] ?? '', TERM: 'xterm-256color', CI: 'true', DEV: 'true' };

beforeAll(async () => {
  await build({
    entryPoints: ['test/integration/ui/fixtures/program.ts'],
    outfile: program,
    bundle: true,
    platform: 'node',
    format: 'esm',
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
    plugins: [
      {
        name: 'ink-as-built',
        setup: ({ onResolve }) =>
          onResolve({ filter: /\/ink\/index\.tsx$/ }, () => ({ path: ink, external: true })),
      },
    ],
  });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The program on a terminal, started by a shell so that a test can redirect and set the terminal up. */
const open = (command: string, columns = 80): Terminal =>
  openTerminal(['/bin/sh', '-c', command], { columns, cwd: folder, env });
const run = (scenario: string): string => `"${process.execPath}" "${program}" ${scenario}`;

const onTerminal = isBuilt ? test : test.skip;

describe('a terminal where CI is set', () => {
  onTerminal('keeps what happened, at 80 columns', async () => {
    expect(await finalScreen(80)).toMatchInlineSnapshot(`
"
⚠ Insufficient capacity - retrying in 12.0s (attempt 1/21)
Launched gh200-devbox (0920582c)
✓ gh200-devbox is ready after 1m

gh200-devbox
        ID:  646044a5f4ee41ff829613a9cbd22438
    Status:  active
        IP:  192.222.58.14
       SSH:  ssh gh200-devbox
    Region:  us-east-3
      Type:  gpu_1x_gh200

Reach it: ssh gh200-devbox
"
`);
  });
  onTerminal('keeps what happened, at 40 columns', async () => {
    expect(await finalScreen(40)).toMatchInlineSnapshot(`
"
⚠ Insufficient capacity - retrying in
12.0s (attempt 1/21)
Launched gh200-devbox (0920582c)
✓ gh200-devbox is ready after 1m

gh200-devbox
        ID:  646044a5f4ee41ff829613a9cbd
             22438
    Status:  active
        IP:  192.222.58.14
       SSH:  ssh gh200-devbox
    Region:  us-east-3
      Type:  gpu_1x_gh200

Reach it: ssh gh200-devbox
"
`);
  });

  onTerminal('shows what is under way, with a countdown, only while it lasts', async () => {
    const terminal = open(`exec ${run('retry no-color')}`);
    const { text, cursorVisible } = await terminal.until((screen) =>
      /Retrying.* in 1[01]s/.test(screen.text),
    );
    expect(cursorVisible).toBe(false);
    expect(text).toMatch(
      /^⚠ Insufficient capacity - retrying in 12.0s \(attempt 1\/21\)\n. Retrying gh200-devbox in 1[01]s \(attempt 1\/21\)$/,
    );
    terminal.type('\u0003');
    expect(await terminal.exited).toBe(130);
    expect(terminal.output()).toContain('Launching gh200-devbox: gpu_1x_gh200 in us-east-3');
    expect(terminal.screen().text).not.toMatch(/Launching|Retrying/);
  });

  onTerminal('has no colour where none is wanted, but still moves the cursor', async () => {
    const terminal = open(run('up no-color'));
    await terminal.exited;
    expect(terminal.screen().styled).toBe(false);
    expect(terminal.output()).toContain('\u001b[?25l');
  });

  onTerminal('is taken for 80 columns wide where it says 0', async () => {
    const terminal = open(`stty cols 0 rows 0; ${run('up no-color')}`);
    await terminal.exited;
    expect(terminal.screen().text).toBe((await finalScreen(80)).trim());
  });

  onTerminal('gets plain lines where it cannot move its cursor', async () => {
    const terminal = open(run('up dumb no-color'));
    await terminal.exited;
    expect(terminal.output()).not.toContain('\u001b');
    expect(terminal.screen().text).toContain('Launching gh200-devbox: gpu_1x_gh200 in us-east-3\n⚠ Insuff');
  });
});

describe('Ctrl-C', () => {
  onTerminal('during a wait leaves the card of the error and a visible cursor', async () => {
    const terminal = open(`exec ${run('wait no-color')}`);
    await terminal.until((screen) => screen.text.includes('Waiting for') && !screen.cursorVisible);
    terminal.type('\u0003');
    expect(await terminal.exited).toBe(130);
    expect(terminal.screen()).toMatchObject({ cursorVisible: true, column: 0 });
    expect(`\n${terminal.screen().text}\n`).toMatchInlineSnapshot(`
"
⚠ Insufficient capacity - retrying in 12.0s (attempt 1/21)

Interrupted
   Message:  stopped while waiting for gh200-devbox
      Next:  devbox down gh200-devbox
"
`);
  });
});

describe('what is watched', () => {
  onTerminal('stays in its place, and is gone on with below what was said meanwhile', async () => {
    const terminal = open(`echo before; exec ${run('watch no-color')}`);
    await terminal.until(({ text }) => /Frame: +[3-9]/.test(text));
    expect(terminal.screen().cursorVisible).toBe(false);
    terminal.type('\u0003');
    expect(await terminal.exited).toBe(130);
    expect(terminal.screen()).toMatchObject({ cursorVisible: true, column: 0, styled: false });
    expect(terminal.screen().text).toMatch(
      /^before\ngh200-devbox\n +Frame: {2}\d+\n(?:.*\n){8}Reach it: .*$/,
    );
  });

  // A terminal throws away at Ctrl-C what it has not read yet: after a pause of so many milliseconds, most of it.
  const pauses = [0, 5, 60, 300, 700, 900, 1100, 1300];
  onTerminal('is whole after Ctrl-C, however much of it the terminal threw away', async () => {
    for (const pause of pauses) {
      const terminal = open(`exec ${run('watch no-color')}`);
      await terminal.until(({ text }) => /Frame: +[3-9]/.test(text));
      terminal.pause();
      await new Promise((resolve) => setTimeout(resolve, pause));
      terminal.type('\u0003');
      terminal.resume();
      expect(await terminal.exited).toBe(130);
      const { text, cursorVisible } = terminal.screen();
      expect({ pause, text, cursorVisible }).toEqual({
        pause,
        text: expect.stringMatching(/^gh200-devbox\n +Frame: {2}\d+\n(?:.*\n){8}Reach it: ssh gh200-devbox$/),
        cursorVisible: true,
      });
    }
  });
});

describe('a child process', () => {
  onTerminal('finds the terminal clean, and progress goes on below what it wrote', async () => {
    const terminal = open(`exec ${run('child no-color')}`);
    await terminal.until((screen) => /^the child has the terminal\n. Waiting/.test(screen.text));
    terminal.type('\u0003');
    expect(await terminal.exited).toBe(130);
    expect(terminal.screen().text).toMatch(/^the child has the terminal\nInterrupted\n/);
  });
});

describe('an output that is no terminal', () => {
  const written = (name: string): string => readFileSync(join(folder, name), 'utf8');

  onTerminal('on stdout gets the cards once, while stderr is drawn on', async () => {
    const terminal = open(`${run('up')} > stdout.txt`);
    expect(await terminal.exited).toBe(0);
    expect(written('stdout.txt')).not.toContain('\u001b');
    expect(written('stdout.txt')).toMatch(/^gh200-devbox\n {8}ID: {2}646044/);
    expect(terminal.screen().text).toMatch(
      /^⚠ Insufficient capacity[^\n]*\nLaunched[^\n]*\n✓ gh200-devbox is ready/,
    );
  });

  onTerminal('on stderr gets plain lines, while stdout has the cards', async () => {
    const terminal = open(`${run('up')} 2> stderr.txt`);
    expect(await terminal.exited).toBe(0);
    expect(written('stderr.txt')).not.toContain('\u001b');
    expect(written('stderr.txt')).toMatch(/^Launching[^\n]*\n⚠ Insufficient/);
    expect(terminal.screen()).toMatchObject({ styled: true, cursorVisible: true });
    expect(terminal.screen().text).toMatch(/^gh200-devbox\n {8}ID: {2}646044/);
  });

  test('whose reader goes away ends the program quietly', () => {
    const result = spawnSync('/bin/sh', ['-c', `{ ${run('list')}; echo "exit $?" >&2; } | head -1`], {
      env,
      cwd: folder,
    });
    expect(String(result.stdout)).toBe('gh200-devbox\n');
    expect(String(result.stderr)).toBe('exit 0\n');
  });
});

async function finalScreen(columns: number): Promise<string> {
  const terminal = open(run('up no-color'), columns);
  expect(await terminal.exited).toBe(0);
  expect(terminal.screen()).toMatchObject({ cursorVisible: true, column: 0, styled: false });
  return `\n${terminal.screen().text}\n`;
}
