import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { includeState } from '../../../src/remote/ssh-include.ts';
import type { SshPlaces } from '../../../src/remote/ssh-target.ts';

let home: string;
let places: SshPlaces;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'include-'));
  places = { home, state: join(home, 'state'), configDir: null };
  await mkdir(join(home, '.ssh', 'config.d'), { recursive: true });
  await writeFile(join(home, '.ssh', 'config.d', 'box'), 'Host box\n  HostName 192.0.2.7\n');
});
afterEach(() => rm(home, { recursive: true, force: true }));

const hasSsh = spawnSync('ssh', ['-V']).error === undefined;
if (!hasSsh) console.warn('notice: no ssh on this machine; the reading of Include is not compared with it');

describe('whether ssh reads config.d', () => {
  // HOME stands for the home folder; such rows are compared with OpenSSH itself.
  const rows: [string, string, boolean][] = [
    ['relative', 'Include config.d/*', true],
    ['with a tilde', 'Include ~/.ssh/config.d/*', true],
    ['absolute', 'Include HOME/.ssh/config.d/*', true],
    ['any case, with an equals sign', 'INCLUDE=HOME/.ssh/config.d/*', true],
    ['quoted', 'Include "HOME/.ssh/config.d/*"', true],
    ['one of several on a line', 'Include HOME/x HOME/.ssh/config.d/*', true],
    ['indented, with a comment above', '# Include\n\t Include HOME/.ssh/config.d/*\r', true],
    ['another pattern that fits', 'Include HOME/.ssh/*/b?[a-z]', true],
    ['a class that is left out', 'Include HOME/.ssh/config.d/[!a]*', true],
    ['exactly this file', 'Include HOME/.ssh/config.d/box', true],
    ['after Match all', 'Host other\n  User x\nMatch all\nInclude HOME/.ssh/config.d/*', true],
    ['after Host *', 'Host *\nInclude HOME/.ssh/config.d/*', true],
    ['through another file', 'Include HOME/.ssh/more', true],
    ['nothing at all', '', false],
    ['a comment', '#Include HOME/.ssh/config.d/*', false],
    ['another pattern', 'Include HOME/.ssh/config.d/*.conf', false],
    ['another folder', 'Include HOME/.ssh/conf.d/*', false],
    ['the folder without a pattern', 'Include HOME/.ssh/config.d/', false],
    ['only for another host', 'Host other\n  Include HOME/.ssh/config.d/*', false],
    ['another keyword', 'Included HOME/.ssh/config.d/*', false],
    ['a file that includes itself', 'Include HOME/.ssh/config', false],
  ];

  test.each(rows)('%s', async (_, text, included) => {
    const config = join(home, '.ssh', 'config');
    await writeFile(config, text.replaceAll('HOME', home));
    await writeFile(join(home, '.ssh', 'more'), `Include ${home}/.ssh/config.d/*\n`);
    expect(await includeState(places, 'box')).toEqual({
      included,
      line: 'Include config.d/*',
      configFile: config,
    });
    if (hasSsh && text.includes('HOME') && !/Included|\/config$/.test(text)) {
      const { stdout } = spawnSync('ssh', ['-G', '-F', config, 'box'], { encoding: 'utf8' });
      expect(stdout.includes('hostname 192.0.2.7\n')).toBe(included);
    }
  });

  test('an Include that holds for some hosts only does not count', async () => {
    await writeFile(join(home, '.ssh', 'config'), 'Match user me\nInclude config.d/*\n');
    expect((await includeState(places, 'box')).included).toBe(false);
  });

  test('no configuration yet', async () => {
    expect((await includeState(places, 'box')).included).toBe(false);
  });

  test('a folder of the user’s choice is named in full, quoted where it must be', async () => {
    expect((await includeState({ ...places, configDir: '/my boxes' }, 'box')).line).toBe(
      'Include "/my boxes/*"',
    );
  });
});
