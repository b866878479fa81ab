import { describe, expect, it } from '@jest/globals';
import { givenSecrets, givesApiKey } from '../../../src/cli/given-secrets.ts';

describe('givenSecrets', () => {
  it.each<[string[], string[]]>([
    [['list', 'api.api_key=sk_X'], ['sk_X']],
    [['+api.api_kei=sk_live_1'], ['sk_live_1']],
    [['api.api_key="sk_live_1'], ['"sk_live_1', 'sk_live_1']],
    [['api.api_key=[sk_live_1,sk_2]'], ['[sk_live_1,sk_2]', 'sk_live_1', 'sk_2']],
    [['api={api_key:sk_live_1,provider:lambda}'], ['sk_live_1']],
    [['api.api_key:sk_X'], ['sk_X']],
    [['--api.api_key', 'sk_X', '--json'], ['sk_X']],
    [['env.HF_TOKEN=hf_123456'], ['hf_123456']],
    [['env.HF_TOKEN=short'], []],
    [['api.base_url=https://u:sk_X@h/v1'], ['sk_X']],
    [['api.api_key=${oc.env:LAMBDA_API_KEY,null}'], []],
    [['api.api_key=null', 'region=us-east-3', 'ssh_key_name=default'], []],
  ])('of %j', (argv, secrets) => {
    expect(givenSecrets(argv, {})).toEqual(secrets);
  });

  it('takes those of the environment, longest first', () => {
    const env = {
      LAMBDA_API_KEY: 'sk_env_12345',
      DB_PASSWORD: 'hunter2',
      PATH: '/usr/bin',
      TOKEN: 'abc',
      HTTPS_PROXY: 'http://me:proxypass@proxy:3128',
    };
    expect(givenSecrets([], env)).toEqual(['sk_env_12345', 'proxypass', 'hunter2']);
  });
});

it.each([
  ['api.api_key=sk_X', true],
  ['+api.api_key=sk_X', true],
  ['api.api_key=null', false],
  ['api.api_key=${oc.env:OTHER_KEY}', false],
  ['api.timeout=5', false],
])('givesApiKey: %s', (override, gives) => {
  expect(givesApiKey(override)).toBe(gives);
});
