import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type BinOptions, type Home, makeHome } from '../support/bin.ts';

let home: Home;
beforeEach(() => {
  home = makeHome();
});
afterEach(async () => {
  const boxes = await home.run(['list', 'api=local', '-q']);
  for (const id of boxes.stdout.split('\n').filter(Boolean)) await home.run(['down', id, 'api=local']);
  home.remove();
});

// The server goes as soon as it has nothing to do, so that no test leaves one behind.
const idle = 'api.idle_timeout=0.2';

const up = (...argv: string[]) => home.run(['command=up', 'api=local', idle, ...argv]);
const exec = (words: string[], options: BinOptions = {}) =>
  home.run(['exec', 'devbox', '--', ...words], options);

describe('a box on this machine', () => {
  it('keeps its home over down and up', async () => {
    const first = await up();
    expect(first.code).toBe(0);
    expect(first.stdout).toMatch(/^devbox\n +ID: {2}\S+\n +Status: {2}running\n/);
    expect(await exec(['sh', '-c', 'echo hi > ~/f'])).toEqual({ code: 0, stdout: '', stderr: '' });
    expect((await home.run(['command=down', 'instance_identifier=devbox'])).code).toBe(0);
    expect((await exec(['cat', 'f'])).code).not.toBe(0);
    expect((await up()).code).toBe(0);
    expect(await exec(['cat', 'f'])).toEqual({ code: 0, stdout: 'hi\n', stderr: '' });
  });

  it('is listed without a word about providers that were never set up', async () => {
    await up();
    for (const command of ['ls', 'list']) {
      const listed = await home.run([command]);
      expect(listed).toMatchObject({ code: 0, stderr: '' });
      expect(listed.stdout).toContain('devbox');
    }
  });

  it('loses its home with purge=true', async () => {
    await up();
    await exec(['touch', 'f']);
    await home.run(['down', 'devbox', 'purge=true']);
    await up();
    expect((await exec(['ls', 'f'])).code).not.toBe(0);
  });

  it('passes stdin, stdout, stderr and the exit code', async () => {
    await up();
    const result = await exec(['sh', '-c', 'cat; echo problem >&2; exit 42'], { input: 'in\0put\n' });
    expect(result).toEqual({ code: 42, stdout: 'in\0put\n', stderr: 'problem\n' });
  });

  it('says 127 for a command that is not there', async () => {
    await up();
    expect(await exec(['no-such-command'])).toMatchObject({ code: 127, stdout: '' });
  });

  it('stops a command after its timeout', async () => {
    await up();
    const result = await home.run(['exec', 'devbox', 'timeout=0.3', '--', 'sleep', '60']);
    expect(result.code).toBe(6);
  });

  it('has an environment of its own, with what env adds', async () => {
    await up('env.GREETING=hello there');
    const result = await exec(['env'], { env: { LAMBDA_API_KEY: 'a-secret-of-the-caller' } });
    expect(result.stdout).toContain('GREETING=hello there\n');
    expect(result.stdout).not.toContain('a-secret-of-the-caller');
    const boxHome = /^HOME=(.*)$/m.exec(result.stdout)?.[1] ?? '';
    expect(boxHome.startsWith(home.path)).toBe(true);
    expect(boxHome).not.toBe(home.path);
  });

  it('is shown, not made again, by a second up', async () => {
    const first = await up('-q');
    expect(await up('-q')).toMatchObject({ code: 0, stdout: first.stdout });
  });

  it('is one box when many bring it up at once', async () => {
    const all = await Promise.all(Array.from({ length: 5 }, () => up('-q')));
    expect(new Set(all.map(({ stdout }) => stdout)).size).toBe(1);
    expect(all.map(({ code }) => code)).toEqual([0, 0, 0, 0, 0]);
  });

  it('comes in numbers', async () => {
    const many = await up('quantity=2', 'name=n', '--json');
    expect(JSON.parse(many.stdout)).toMatchObject([{ name: 'n-1' }, { name: 'n-2' }]);
    const listed = await home.run(['list', 'api=local', '--json']);
    expect(
      JSON.parse(listed.stdout)
        .map((box: { name: string }) => box.name)
        .sort(),
    ).toEqual(['n-1', 'n-2']);
  });

  it('is listed without naming the provider, with a warning where another one cannot be asked', async () => {
    await up();
    const own = join(home.path, '.config/devbox/api');
    mkdirSync(own, { recursive: true });
    const nowhere =
      'provider: lambda\nbase_url: http://127.0.0.1:1/api/v1\napi_key: some-key\ntimeout: 5.0\n';
    writeFileSync(join(own, 'lambda.yaml'), `${nowhere}request_interval: 0.0\nlaunch_interval: 0.0\n`);
    const listed = await home.run(['command=list']);
    expect(listed.code).toBe(0);
    expect(listed.stdout).toMatch(/^devbox\n[\s\S]*1 instance\n$/);
    expect(listed.stderr).toMatch(/Not all boxes are shown/);
  });

  it('prints the line of ssh where there is no terminal', async () => {
    await up();
    expect(await home.run(['ssh', 'devbox'])).toMatchObject({ code: 0, stdout: 'devbox ssh devbox\n' });
  });

  it('is recorded in a lease that only the user can read, and the lease goes with the box', async () => {
    await up();
    const folder = join(home.path, '.local/state/devbox/leases');
    const [file = ''] = readdirSync(folder);
    expect(statSync(join(folder, file)).mode & 0o777).toBe(0o600);
    expect(JSON.parse(readFileSync(join(folder, file), 'utf8'))).toMatchObject({
      name: 'devbox',
      provider: 'local',
      state: 'ready',
    });
    await home.run(['down', 'devbox']);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('has no firewall, and the error says who has', async () => {
    const result = await home.run(['list', 'firewall_rulesets', 'api=local']);
    expect(result.code).toBe(2);
    expect(result.stderr).toMatch(/api=lambda has firewall rulesets/);
  });

  it('is not started by a list', async () => {
    expect(await home.run(['list', 'api=local'])).toMatchObject({ code: 0, stdout: 'No instances\n' });
    expect(existsSync(join(home.path, '.local/share/devbox'))).toBe(false);
  });
});
