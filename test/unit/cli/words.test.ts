import { describe, expect, it } from '@jest/globals';
import * as z from 'zod/mini';
import { quoteValue } from '../../../src/cli/flag-value.ts';
import { type CommandNames, type TakesWords, toOverrides } from '../../../src/cli/words.ts';

const text = z.string();
const commandsByName: Readonly<Record<string, Omit<TakesWords, 'name'>>> = {
  up: { positionals: [], shape: { instance_name: text } },
  list: { positionals: ['resource'], shape: { resource: z.enum(['boxes', 'images']) } },
  down: { positionals: ['instance_identifier'], shape: { instance_identifier: text, purge: z.boolean() } },
  cp: {
    positionals: ['source', 'destination'],
    shape: { source: text, destination: text, force: z.boolean() },
  },
  ssh: { positionals: ['instance_identifier'], shape: { instance_identifier: text } },
  ssh_keys_add: { positionals: [], shape: { name: text } },
  volumes: { positionals: [], shape: {} },
  volumes_files_ls: { positionals: ['volume', 'path'], shape: { volume: text, path: text } },
  volumes_files_upload: { positionals: ['volume', 'files'], shape: { volume: text, files: z.array(text) } },
  restart: {
    positionals: ['instance_identifier'],
    shape: {
      instance_identifier: z.pipe(
        z.transform((value) => [value].flat()),
        z.array(text),
      ),
    },
  },
  auth_login: { positionals: [], shape: {} },
  auth_logout: { positionals: [], shape: {} },
};
const options = [...Object.keys(commandsByName), 'up_gh200', 'rm', 'team-box'];
const behind: Readonly<Record<string, string>> = { up_gh200: 'up', rm: 'down' };
const commands: CommandNames = {
  hasOption: (option) => options.includes(option),
  hasGroup: (group) => ['api', 'command', 'profile'].includes(group),
  options: () => options,
  async command(option) {
    const name = behind[option] ?? option;
    const command = commandsByName[name];
    return command && { name, ...command };
  },
};

describe('toOverrides', () => {
  const rows: readonly [string, string[], string[]][] = [
    [
      'leaves the canonical spelling alone',
      ['command=up_gh200', 'max_retries=50'],
      ['command=up_gh200', 'max_retries=50'],
    ],
    ['reads a first word as the command', ['list'], ['command=list']],
    [
      'reads two words as one option where there is one',
      ['up', 'gh200', 'max_retries=50'],
      ['command=up_gh200', 'max_retries=50'],
    ],
    ['reads two-word commands', ['auth', 'login'], ['command=auth_login']],
    ['takes hyphens for underscores', ['command=up-gh200'], ['command=up_gh200']],
    ['leaves the hyphen of an option that has one', ['command=team-box'], ['command=team-box']],
    ['fills declared positionals', ['down', 'my-box'], ['command=down', 'instance_identifier=my-box']],
    [
      'fills positionals of a command that is chosen by override',
      ['command=down', 'my-box'],
      ['instance_identifier=my-box', 'command=down'],
    ],
    [
      'quotes a positional that the grammar would read otherwise',
      ['down', 'a b'],
      ['command=down', "instance_identifier='a b'"],
    ],
    [
      'takes name for instance_name',
      ['up', 'name=x', '+name=y'],
      ['command=up', 'instance_name=x', '+instance_name=y'],
    ],
    [
      'takes name for the identifier where a command has one',
      ['down', 'name=x'],
      ['command=down', 'instance_identifier=x'],
    ],
    ['lets overrides stand before the command', ['region=x', 'up'], ['command=up', 'region=x']],
    [
      'reads three words as one command',
      ['volumes', 'files', 'ls', 'v'],
      ['command=volumes_files_ls', 'volume=v'],
    ],
    ['takes the longest match', ['ssh', 'keys', 'add'], ['command=ssh_keys_add']],
    ['reads a group with a hyphen', ['ssh-keys', 'add'], ['command=ssh_keys_add']],
    [
      'leaves name to a command that has one',
      ['ssh-keys', 'add', 'name=x'],
      ['command=ssh_keys_add', 'name=x'],
    ],
    ['knows the command behind another name', ['rm', 'my-box'], ['command=rm', 'instance_identifier=my-box']],
    ['does not resolve words', ['down', '${x}'], ['command=down', "instance_identifier='\\${x}'"]],
    [
      'takes a word with = for a positional where its key is unknown',
      ['cp', 'a=b.txt', 'box:/x=y'],
      ['command=cp', "source='a=b.txt'", "destination='box:/x=y'"],
    ],
    [
      'keeps the order of positionals of both forms',
      ['cp', 'box:/x', 'a=b'],
      ['command=cp', 'source=box:/x', "destination='a=b'"],
    ],
    [
      'takes a word with a known key for a setting',
      ['cp', 'force=true', 'a', 'b'],
      ['command=cp', 'source=a', 'destination=b', 'force=true'],
    ],
    [
      'takes a group for a setting',
      ['down', 'profile=x', 'api=local'],
      ['command=down', 'profile=x', 'api=local'],
    ],
    [
      'takes a word with a path in front of = for a positional',
      ['cp', './force=true', 'b'],
      ['command=cp', "source='./force=true'", 'destination=b'],
    ],
    [
      'takes an unknown key for a setting where no positional is left',
      ['down', 'a', 'purg=true'],
      ['command=down', 'instance_identifier=a', 'purg=true'],
    ],
    [
      'takes an unknown key for a setting where the positional is a choice',
      ['list', 'x=1'],
      ['command=list', 'x=1'],
    ],
    ['takes +key for a setting', ['down', '+x=1'], ['command=down', '+x=1']],
    [
      'fills the positionals that no key gives',
      ['cp', 'source=a', 'b'],
      ['command=cp', 'destination=b', 'source=a'],
    ],
    [
      'fills a last positional that is a list with all that is left',
      ['volumes', 'files', 'upload', 'v', 'a', 'b=c'],
      ['command=volumes_files_upload', 'volume=v', "files=[a,'b=c']"],
    ],
    [
      'needs no words for a list',
      ['volumes', 'files', 'upload', 'v'],
      ['command=volumes_files_upload', 'volume=v'],
    ],
  ];
  it.each(rows)('%s', async (_name, words, overrides) => {
    expect(await toOverrides(words, [], commands)).toEqual(overrides);
  });

  it('puts what flags set last, and leaves their positionals out', async () => {
    expect(await toOverrides(['cp', 'b'], ['source=a'], commands)).toEqual([
      'command=cp',
      'destination=b',
      'source=a',
    ]);
  });

  const wrong: readonly [string, string[], RegExp][] = [
    ['an unknown command', ['lits'], /lits is no command/],
    ['a word too many', ['down', 'a', 'b'], /b: down takes INSTANCE_IDENTIFIER/],
    ['a word for a command without any', ['up', 'box'], /box: up takes no words/],
    ['a second word that is mistyped', ['volumes', 'lst'], /lst: volumes takes no words/],
    ['a third word that is mistyped', ['volumes', 'files', 'lst'], /files: volumes takes no words/],
    ['a word that only begins commands', ['auth'], /auth alone is no command/],
    ['a word given as a setting too', ['down', 'instance_identifier=a', 'b'], /b: down takes/],
  ];
  it.each(wrong)('refuses %s', async (_name, words, message) => {
    await expect(toOverrides(words, [], commands)).rejects.toThrow(message);
  });

  it.each([
    [['ls'], 'Did you mean devbox list?'],
    [['up', 'gh100'], 'Did you mean devbox up gh200? devbox help up shows its settings.'],
    [['volumes', 'file'], 'Did you mean devbox volumes files ls? devbox help volumes shows its settings.'],
    [['versoin'], 'Did you mean devbox version?'],
    [['auth', 'lgin'], 'Did you mean devbox auth login?'],
    [['up', 'some-box'], 'For the name: instance_name=some-box. devbox help up shows its settings.'],
  ])('says for %s what was likely meant', async (words, hint) => {
    await expect(toOverrides(words, [], commands)).rejects.toMatchObject({ hint });
  });

  it('suggests the nearest command', async () => {
    await expect(toOverrides(['lits'], [], commands)).rejects.toMatchObject({
      hint: 'Did you mean devbox list?',
    });
  });
});

describe('quoteValue', () => {
  it.each([
    ['gh200-devbox', 'gh200-devbox'],
    ['123456', '123456'],
    ['null', "'null'"],
    ['a,b', "'a,b'"],
    ["it's", "'it\\'s'"],
    ['back\\', "'back\\\\'"],
    ['', "''"],
    ['$x', "'$x'"],
    ['\\${x}', "'\\\\\\${x}'"],
  ])('%s', (value, quoted) => {
    expect(quoteValue(value)).toBe(quoted);
  });
});
