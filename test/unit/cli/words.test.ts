import { describe, expect, it } from '@jest/globals';
import { type CommandNames, quoteValue, toOverrides } from '../../../src/cli/words.ts';

const options = ['up', 'up_gh200', 'list', 'down', 'auth_login', 'team-box'];
const positionals: Readonly<Record<string, readonly string[]>> = {
  up: [],
  list: ['resource'],
  down: ['instance_identifier'],
  auth_login: [],
};
const commands: CommandNames = {
  hasOption: (option) => options.includes(option),
  options: () => options,
  command: async (name) => {
    const keys = positionals[name];
    const settings = keys?.length ? keys : ['instance_name'];
    return keys && { positionals: keys, shape: Object.fromEntries(settings.map((key) => [key, null])) };
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
  ];
  it.each(rows)('%s', async (_name, words, overrides) => {
    expect(await toOverrides(words, commands)).toEqual(overrides);
  });

  const wrong: readonly [string, string[], RegExp][] = [
    ['an unknown command', ['lits'], /lits is no command/],
    ['a word too many', ['down', 'a', 'b'], /b: down takes INSTANCE_IDENTIFIER/],
    ['a word for a command without any', ['up', 'box'], /box: up takes no words/],
  ];
  it.each(wrong)('refuses %s', async (_name, words, message) => {
    await expect(toOverrides(words, commands)).rejects.toThrow(message);
  });

  it.each([
    [['ls'], 'Did you mean devbox list?'],
    [['up', 'gh100'], 'Did you mean devbox up gh200? devbox help up shows its settings.'],
    [['up', 'some-box'], 'For the name: instance_name=some-box. devbox help up shows its settings.'],
  ])('says for %s what was likely meant', async (words, hint) => {
    await expect(toOverrides(words, commands)).rejects.toMatchObject({ hint });
  });

  it('suggests the nearest command', async () => {
    await expect(toOverrides(['lits'], commands)).rejects.toMatchObject({
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
  ])('%s', (value, quoted) => {
    expect(quoteValue(value)).toBe(quoted);
  });
});
