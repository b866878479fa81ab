import { describe, expect, it } from '@jest/globals';
import { hasKeyFlags, readArguments } from '../../../src/cli/arguments.ts';

const isSwitch = (key: string): boolean => ['force', 'wait_after_launch'].includes(key);

describe('words', () => {
  const rows: readonly [string, string[], string[], string[] | undefined][] = [
    [
      'keeps overrides in their order',
      ['command=up', 'region=x', '+a=1'],
      ['command=up', 'region=x', '+a=1'],
      undefined,
    ],
    ['reads a flag with a value as a setting', ['up', '--gpu-type', 'X'], ['up', 'gpu_type=X'], undefined],
    ['reads a flag with = as a setting', ['--gpu-type=X', 'up'], ['gpu_type=X', 'up'], undefined],
    ['keeps = inside a flag value', ['--note=a=b'], ["note='a=b'"], undefined],
    ['reads a switch without a value', ['down', '--force', 'box'], ['down', 'force=true', 'box'], undefined],
    [
      'reads a switch with its value',
      ['down', '--force', 'false', 'box'],
      ['down', 'force=false', 'box'],
      undefined,
    ],
    ['keeps lists and mappings of a flag', ['--a', '[x,y]', '--b={k:v}'], ['a=[x,y]', 'b={k:v}'], undefined],
    ['quotes what no value may begin with', ['--a', '[b', '--c=d)'], ["a='[b'", "c='d)'"], undefined],
    ['quotes an open quote', ['--a', "it's"], ["a='it\\'s'"], undefined],
    ['takes = and ~ in the value of a flag', ['--a', 'x=~y', '--b', '~'], ["a='x=~y'", "b='~'"], undefined],
    [
      'reads the negative of a switch',
      ['up', '--no-wait-after-launch'],
      ['up', 'wait_after_launch=false'],
      undefined,
    ],
    [
      'leaves the words after -- alone',
      ['exec', 'box', '--', 'ls', '--json', '--', 'a=b'],
      ['exec', 'box'],
      ['ls', '--json', '--', 'a=b'],
    ],
    ['tells an empty rest from none', ['exec', 'box', '--'], ['exec', 'box'], []],
    ['takes a value that begins with one hyphen', ['--offset', '-5'], ['offset=-5'], undefined],
  ];
  it.each(rows)('%s', (_name, argv, words, rest) => {
    const read = readArguments(argv, isSwitch);
    expect(read.words).toEqual(words);
    expect(read.rest).toEqual(rest);
  });
});

describe('flags', () => {
  it('reads them all, with short and Hydra spellings', () => {
    const argv = [
      '-q',
      '--json',
      '--no-color',
      '-h',
      '-V',
      '-c',
      'job',
      '--resolve',
      '-cd',
      'a',
      '--config-dir=b',
      '-cp',
      'c',
      '-cn',
      'd.yaml',
    ];
    expect(readArguments(argv, isSwitch).flags).toEqual({
      help: true,
      version: true,
      cfg: 'job',
      resolve: true,
      multirun: false,
      json: true,
      quiet: true,
      noColor: true,
      configDirs: ['a', 'b'],
      configPath: 'c',
      configName: 'd',
    });
  });

  const wrong: readonly [string, string[], RegExp][] = [
    ['a flag without its value', ['--cfg'], /--cfg needs a value/],
    ['a setting without its value', ['--region'], /--region needs a value/],
    ['a setting followed by another flag', ['--region', '--json'], /--region needs a value/],
    ['a value for a flag that takes none', ['--json=yes'], /--json takes no value/],
    ['an empty path', ['--config-dir', ''], /--config-dir needs a value/],
    ['an empty path after =', ['--config-path='], /--config-path needs a value/],
    ['a flag given twice', ['--cfg', 'job', '--cfg', 'all'], /--cfg is given twice/],
    ['an unknown short flag', ['-x'], /-x is no flag/],
  ];
  it.each(wrong)('refuses %s', (_name, argv, message) => {
    expect(() => readArguments(argv, isSwitch)).toThrow(message);
  });

  it('knows whether a command line has settings as flags', () => {
    expect(hasKeyFlags(['up', '--json', '-q'])).toBe(false);
    expect(hasKeyFlags(['exec', 'box', '--', '--long'])).toBe(false);
    expect(hasKeyFlags(['up', '--region=x'])).toBe(true);
  });
});
