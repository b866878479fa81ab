import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Home, makeHome } from '../support/bin.ts';

let home: Home;
beforeEach(() => {
  home = makeHome();
});
afterEach(() => home.remove());

function project(...overrides: string[]): void {
  writeFileSync(join(home.path, '.devboxrc.json'), JSON.stringify({ overrides }));
}

describe("a project's overrides", () => {
  it('about another command are left out', async () => {
    project('env.X=1', 'region=us-east-3', 'tags.team=ml', 'wait.timeout=5');
    const down = await home.run(['down', 'box', '--cfg', 'job', '--json']);
    expect(down).toMatchObject({ code: 0, stderr: '' });
    const config = JSON.parse(down.stdout);
    expect(config).toMatchObject({ command: 'down', wait: { timeout: 5 } });
    expect(Object.keys(config)).not.toContain('env');
    const up = await home.run(['up', 'gh200', '--cfg', 'job', '--json']);
    expect(JSON.parse(up.stdout)).toMatchObject({ env: { X: 1 }, region: 'us-east-3', tags: { team: 'ml' } });
  });

  it('leave the overrides of the command line in their places', async () => {
    project('env.X=1', 'region=us-east-3');
    const { stdout } = await home.run(['down', 'box', 'wait.timeout=7', '--info', 'provenance', '--json']);
    const { provenance } = JSON.parse(stdout);
    expect(provenance).toContainEqual(
      expect.objectContaining({
        key: 'wait.timeout',
        origin: expect.objectContaining({ from: 'command-line', override: 'wait.timeout=7' }),
      }),
    );
  });

  it('that no command knows are errors', async () => {
    project('regoin=us-east-3');
    const down = await home.run(['down', 'box', '--cfg', 'job']);
    expect(down.code).toBe(2);
    expect(down.stderr).toContain('regoin');
  });
});

it('words after -- need a command before it', async () => {
  const { code, stderr } = await home.run(['--', 'foo']);
  expect(code).toBe(2);
  expect(stderr).toMatch(/no command before --[\s\S]*devbox exec NAME -- COMMAND/);
});
