import { describe, expect, it } from '@jest/globals';
import * as z from 'zod/mini';
import { firstLook, readArguments } from '../../../src/cli/arguments.ts';
import { flagsOf } from '../../../src/cli/flag-table.ts';

const table = flagsOf({
  name: 'deploy',
  shape: {
    instance_name: z.string(),
    gpu_type: z.nullable(z.string()),
    force: z.boolean(),
    follow: z.optional(z.boolean()),
    wait_after_launch: z.boolean(),
    tail: z.int(),
    ports: z.array(z.int()),
    env: z.record(z.string(), z.string()),
    startup_command: z.nullable(z.string()),
    cloud_init: z.strictObject({ enabled: z.boolean(), file: z.nullable(z.string()) }),
    resource: z.pipe(z.pipe(z.string(), z.transform(String)), z.enum(['a', 'b'])),
  },
  flags: {
    name: 'instance_name',
    wait: 'wait_after_launch',
    f: 'follow',
    n: 'tail',
    e: { key: 'env', value: 'pair' },
    publish: { key: 'ports', value: 'list' },
    command: { key: 'startup_command', value: 'text' },
  },
});
const env = { HOST_VALUE: "it's" };
const read = (argv: readonly string[]) => readArguments(argv, table, env);

describe('flags of a command', () => {
  const rows: readonly [string, string[], string[], string[]][] = [
    ['a value in the next word', ['deploy', '--gpu-type', 'RTX 4090'], ['deploy'], ["gpu_type='RTX 4090'"]],
    ['a value after =', ['--gpu-type=X', 'deploy'], ['deploy'], ['gpu_type=X']],
    ['underscores', ['--gpu_type', 'X'], [], ['gpu_type=X']],
    ['= inside a value', ['--name=a=b'], [], ["instance_name='a=b'"]],
    ['commas of a text', ['--name', 'a,b'], [], ["instance_name='a,b'"]],
    ['brackets of a text', ['--name', '[a]'], [], ["instance_name='[a]'"]],
    ['quotes of a text', ['--name', "it's"], [], ["instance_name='it\\'s'"]],
    ['a text that looks like nothing', ['--name', 'null'], [], ["instance_name='null'"]],
    ['a text that looks like an interpolation', ['--name', 'a${b}'], [], ["instance_name='a\\${b}'"]],
    ['an empty text', ['--name='], [], ["instance_name=''"]],
    ['a number', ['--tail', '50'], [], ['tail=50']],
    ['a negative number', ['--tail', '-5'], [], ['tail=-5']],
    ['a choice', ['--resource', 'a,b'], [], ["resource='a,b'"]],
    ['a switch', ['--force', 'box'], ['box'], ['force=true']],
    ['a switch with =', ['--force=false', 'box'], ['box'], ['force=false']],
    ['a switch that is said', ['--force', 'false', 'box'], ['box'], ['force=false']],
    ['the negative of a switch', ['--no-force'], [], ['force=false']],
    ['the negative of a negative', ['--no-force=false'], [], ['force=true']],
    ['the negative of another spelling', ['--no-wait'], [], ['wait_after_launch=false']],
    ['a spelling of its own', ['--wait', 'box'], ['box'], ['wait_after_launch=true']],
    ['a short switch', ['-f', 'box'], ['box'], ['follow=true']],
    ['a short flag with a value', ['-n', '50', 'box'], ['box'], ['tail=50']],
    ['a short flag with its value attached', ['-n50', 'box'], ['box'], ['tail=50']],
    ['a short flag with =', ['-n=50'], [], ['tail=50']],
    ['short flags together', ['-fn', '50', 'box'], ['box'], ['follow=true', 'tail=50']],
    ['a list', ['--ports', '8080, 8888'], [], ['ports=[8080,8888]']],
    ['a list in brackets', ['--ports', '[8080,8888]'], [], ['ports=[8080,8888]']],
    ['a list in several flags', ['--ports', '8080,8888', '--publish', '9'], [], ['ports=[8080,8888,9]']],
    ['an empty list', ['--ports='], [], ['ports=[]']],
    ['pairs', ['-e', 'A=1', '--env', 'B=x, y'], [], ["env={A:1,B:'x, y'}"]],
    ['a pair with = in it', ['--env', 'A=b=c'], [], ["env={A:'b=c'}"]],
    ['a pair from the environment', ['-e', 'HOST_VALUE'], [], ["env={HOST_VALUE:'it\\'s'}"]],
    ['a mapping', ['--env', '{A: 1, B: 2}'], [], ['env={A: 1, B: 2}']],
    ['one entry of a mapping', ['--env.A', 'b,c'], [], ["env.A='b,c'"]],
    [
      'a text that looks like a flag',
      ['--command=--help'],
      [],
      ["startup_command='--help'".replace(/'/g, '')],
    ],
    ['a whole command line', ['--command', 'python train.py'], [], ["startup_command='python train.py'"]],
    ['a setting inside another', ['--cloud-init.enabled', 'false'], [], ['cloud_init.enabled=false']],
    ['a setting of a group', ['--wait.timeout', '5'], [], ['wait.timeout=5']],
    ['a group', ['--api', 'local'], [], ['api=local']],
    ['the time limit of requests', ['--timeout', '5'], [], ['api.timeout=5']],
    ['nothing in a word with =', ['ports=1', '+a=1'], ['ports=1', '+a=1'], []],
  ];
  it.each(rows)('%s', (_name, argv, words, settings) => {
    expect(read(argv)).toMatchObject({ words, settings });
  });

  const wrong: readonly [string, string[], RegExp][] = [
    ['a setting without its value', ['--gpu-type'], /--gpu-type needs a value/],
    ['a setting followed by another flag', ['--gpu-type', '--json'], /--gpu-type needs a value/],
    ['a short flag without its value', ['-n'], /-n needs a value/],
    ['a switch with another value', ['--force=maybe'], /--force takes no value/],
    ['a flag given twice', ['--tail', '1', '--tail', '2'], /--tail is given twice/],
    ['two spellings of one flag', ['-n', '1', '--tail', '2'], /-n and --tail are the same flag/],
    ['a switch and its negative', ['--force', '--no-force'], /--force and --no-force are the same flag/],
    ['an unknown flag', ['--prots', '1'], /--prots is no flag of deploy/],
    ['an unknown short flag', ['-x'], /-x is no flag of deploy/],
    ['the negative of what is no switch', ['--no-tail'], /--no-tail is no flag/],
    [
      'a variable that is not set',
      ['--env', 'MISSING'],
      /--env MISSING: the environment has no variable MISSING/,
    ],
    ['a pair without a name', ['--env', '=x'], /there is no name/],
  ];
  it.each(wrong)('refuses %s', (_name, argv, message) => {
    expect(() => read(argv)).toThrow(message);
  });

  it('names the nearest flag', () => {
    expect(() => read(['--prots', '1'])).toThrow(
      expect.objectContaining({ hint: 'Did you mean --ports? devbox help deploy shows all flags.' }),
    );
  });

  it('leaves the time limit to a command that has its own', () => {
    const own = flagsOf({ name: 'exec', shape: { timeout: z.number() } });
    expect(readArguments(['--timeout', '5'], own, {}).settings).toEqual(['timeout=5']);
  });

  it('takes name for the box, except where a command has a name of another thing', () => {
    const down = flagsOf({ name: 'down', shape: { instance_identifier: z.string() } });
    const create = flagsOf({ name: 'volumes_create', shape: { name: z.string() } });
    expect(readArguments(['--name', 'x'], down, {}).settings).toEqual(['instance_identifier=x']);
    expect(readArguments(['--name', 'x'], create, {}).settings).toEqual(['name=x']);
  });

  it.each<[string, string[], string[], string[] | undefined]>([
    [
      'leaves the words after -- alone',
      ['box', '--', 'ls', '--json', '--', 'a=b'],
      ['box'],
      ['ls', '--json', '--', 'a=b'],
    ],
    ['tells an empty rest from none', ['box', '--'], ['box'], []],
    ['takes a hyphen for a word', ['-'], ['-'], undefined],
  ])('%s', (_name, argv, words, rest) => {
    expect(read(argv)).toMatchObject({ words });
    expect(read(argv).rest).toEqual(rest);
  });
});

describe("devbox's own flags", () => {
  it('reads them all, with short and Hydra spellings', () => {
    const argv = [
      ...['-q', '--json', '--no-color', '--debug', '-h', '-V', '-c', 'job', '--resolve', '-cd', 'a'],
      ...['--config-dir=b', '-cp', 'c', '-cn', 'd.yaml', '--api-key', '-', '--api-url', 'http://x'],
    ];
    const expected = {
      help: true,
      version: true,
      cfg: 'job',
      resolve: true,
      multirun: false,
      json: true,
      quiet: true,
      noColor: true,
      debug: true,
      apiKey: '-',
      apiUrl: 'http://x',
      configDirs: ['a', 'b'],
      configPath: 'c',
      configName: 'd',
    };
    expect(read(argv).flags).toEqual(expected);
    expect(firstLook(argv).flags).toEqual(expected);
  });

  const wrong: readonly [string, string[], RegExp][] = [
    ['a flag without its value', ['--cfg'], /--cfg needs a value/],
    ['a flag followed by another', ['--cfg', '--json'], /--cfg needs a value/],
    ['a value for a flag that takes none', ['--json=yes'], /--json takes no value/],
    ['an empty path', ['--config-dir', ''], /--config-dir needs a value/],
    ['an empty path after =', ['--config-path='], /--config-path needs a value/],
    ['a flag given twice', ['--cfg', 'job', '--cfg', 'all'], /--cfg is given twice/],
  ];
  it.each(wrong)('refuses %s', (_name, argv, message) => {
    expect(() => read(argv)).toThrow(message);
    expect(() => firstLook(argv)).toThrow(message);
  });
});

describe('firstLook', () => {
  const rows: readonly [string, string[], string[], boolean][] = [
    ['takes all words where there are no other flags', ['up', '--json', '-q', 'x=1'], ['up', 'x=1'], false],
    ['takes the words in front of other flags', ['volumes', '--size', '5', 'create'], ['volumes'], true],
    ['takes a command that is named behind them', ['--size', '5', 'command=up'], ['command=up'], true],
    ['takes no value for a flag of its own', ['--note', '-q', 'x'], [], true],
    ['leaves alone what stands after --', ['exec', 'box', '--', '--long'], ['exec', 'box'], false],
  ];
  it.each(rows)('%s', (_name, argv, words, hasKeyFlags) => {
    const look = firstLook(argv);
    expect(look).toMatchObject({ words, hasKeyFlags });
    expect(look.flags.quiet).toBe(argv[1] === '--json');
  });
});
