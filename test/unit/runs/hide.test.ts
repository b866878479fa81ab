import { describe, expect, it } from '@jest/globals';
import { hideOverrides, hideWords, secretsIn } from '../../../src/runs/hide.ts';

const secrets = ['a-known-secret'];

describe('hideOverrides', () => {
  it.each([
    ['api.api_key=abc', 'api.api_key=[hidden]', 'api.api_key'],
    ['++api.api_key=abc', '++api.api_key=[hidden]', 'api.api_key'],
    ['env.ANYTHING=x', 'env.ANYTHING=[hidden]', 'env.ANYTHING'],
    ['env={A: x}', 'env=[hidden]', 'env'],
    ['+env.A=x,y', '+env.A=[hidden]', 'env.A'],
    ['api={api_key: abc, timeout: 3}', 'api=[hidden]', 'api'],
    ["api={'api_key': abc}", 'api=[hidden]', 'api'],
    ['tags.note=has a-known-secret inside', 'tags.note=[hidden]', 'tags.note'],
    ['tags.note=token=abc', 'tags.note=[hidden]', 'tags.note'],
    ['api.base_url=https://me:pw@host/x', 'api.base_url=[hidden]', 'api.base_url'],
    ['tags.db_password=x', 'tags.db_password=[hidden]', 'tags.db_password'],
    ['tags.note=-----BEGIN OPENSSH PRIVATE KEY-----\nabc', 'tags.note=[hidden]', 'tags.note'],
  ])('%s', (override, shown, key) => {
    expect(hideOverrides([override], secrets)).toEqual({ words: [shown], keys: [key] });
  });

  it.each([
    'command=up_gh200',
    'max_retries=50',
    '~tags',
    'ssh_key_name=default',
    'instance_name=token-box',
    'api.base_url=https://host/x',
    'api.api_key=null',
    'env.TOKEN=${oc.env:TOKEN}',
  ])('leaves %s as it is', (override) => {
    expect(hideOverrides([override], secrets)).toEqual({ words: [override], keys: [] });
  });
});

describe('hideWords', () => {
  const rows: readonly [string[], string[]][] = [
    [
      ['curl', '-H', 'Authorization: Bearer abc'],
      ['curl', '-H', 'Authorization: [hidden]'],
    ],
    [
      ['curl', '-u', 'ada:abc', '--proxy-user', 'ada:abc'],
      ['curl', '-u', '[hidden]', '--proxy-user', '[hidden]'],
    ],
    [
      ['login', '--password', 'abc'],
      ['login', '--password', '[hidden]'],
    ],
    [
      ['login', '--api-token=abc'],
      ['login', '--api-token=[hidden]'],
    ],
    [
      ['sh', '-c', 'HF_TOKEN=abc MY_KEY="a b" run'],
      ['sh', '-c', 'HF_TOKEN=[hidden] MY_KEY=[hidden] run'],
    ],
    [
      ['git', 'clone', 'https://me:pw@host/x'],
      ['git', 'clone', 'https://[hidden]@host/x'],
    ],
    [
      ['echo', 'a-known-secret'],
      ['echo', '[hidden]'],
    ],
  ];
  it.each(rows)('%j', (words, shown) => {
    expect(hideWords(words, secrets)).toEqual({ words: shown, hidden: true });
  });

  it('leaves other words as they are', () => {
    const words = [
      'sh',
      '-c',
      'for i in 1 2; do echo $i; done',
      '--tokenizer',
      'bert',
      'key=1',
      '-u',
      '1000:100',
    ];
    expect(hideWords(words, secrets)).toEqual({ words, hidden: false });
  });
});

it('secretsIn takes the values of variables that are named like secrets', () => {
  const env = { LAMBDA_API_KEY: 'long-enough', HF_TOKEN: 'also-long', HOME: '/home/me', SHORT_KEY: 'abc' };
  expect(secretsIn(env)).toEqual(['long-enough', 'also-long']);
});
