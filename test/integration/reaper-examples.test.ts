import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from '@jest/globals';
import { load } from 'js-yaml';
import { makeHome, projectRoot } from '../support/bin.ts';

const folder = join(projectRoot, 'examples', 'reaper');
const text = (name: string): string => readFileSync(join(folder, name), 'utf8');

const home = makeHome();
afterAll(() => home.remove());

/** The overrides of each line that runs devbox, as a shell reads them. */
const devboxLines = (content: string): string[][] =>
  [...content.matchAll(/^(?!#).*?\bdevbox (reap[^\n>]*)/gm)].map(([, words = '']) =>
    words.trim().split(/\s+/),
  );

it.each(['crontab', 'devbox-reap.service', 'github-actions.yml'])(
  '%s runs a reaper that there is',
  async (name) => {
    const lines = devboxLines(text(name));
    expect(lines).not.toEqual([]);
    for (const words of lines) {
      const settings = words.filter((word) => !word.startsWith('--'));
      const shown = await home.run([...settings, '--cfg', 'job']);
      expect(shown).toMatchObject({ code: 0, stdout: expect.stringContaining('command: reap') });
    }
  },
);

it('crontab has five fields of time before its command', () => {
  const lines = text('crontab')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  expect(lines).toHaveLength(1);
  for (const line of lines) expect(line).toMatch(/^([\d*,/-]+ ){5}\S/);
  // A percent sign would end the command there.
  expect(lines.join()).not.toContain('%');
});

it('the CI job is a workflow that runs by the clock', () => {
  const workflow = Object(load(text('github-actions.yml')));
  expect(Object.keys(workflow)).toEqual(expect.arrayContaining(['name', 'on', 'jobs']));
  expect(workflow.on.schedule).toEqual([{ cron: expect.stringMatching(/^([\d*,/-]+ ){4}[\d*,/-]+$/) }]);
  for (const job of Object.values<{ steps: object[] }>(workflow.jobs)) {
    for (const step of job.steps) expect('uses' in step || 'run' in step).toBe(true);
  }
});

const analyse = '/usr/bin/systemd-analyze';
if (!existsSync(analyse)) process.stderr.write('Skipped: systemd-analyze is not here to verify the timer.\n');
(existsSync(analyse) ? it : it.skip)('systemd finds nothing wrong with the service and its timer', () => {
  const units = ['devbox-reap.service', 'devbox-reap.timer'].map((name) => join(folder, name));
  const env = { PATH: process.env['PATH'], HOME: home.path, SYSTEMD_LOG_TARGET: 'console' };
  expect(
    execFileSync(analyse, ['verify', '--man=no', ...units], { env, encoding: 'utf8', stdio: 'pipe' }),
  ).toBe('');
});
