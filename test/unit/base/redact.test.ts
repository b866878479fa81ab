import { describe, expect, it } from '@jest/globals';
import { hideSecret, redact, redactYaml } from '../../../src/base/redact.ts';

describe('redact', () => {
  it.each([
    ['api.api_key=sk_X,b', 'api.api_key=[hidden]'],
    ['the quote is open in api.api_key="sk X', 'the quote is open in api.api_key=[hidden]'],
    ['in \\"api.api_key=\\"sk_X\\" here', 'in \\"api.api_key=[hidden] here'],
    ["write 'api.api_key=[sk_X,b]'; or not", "write 'api.api_key=[hidden]'; or not"],
    ['+api.api_key={a:sk_X}', '+api.api_key=[hidden]'],
    ["env.PASSWORD='sk_X", 'env.PASSWORD=[hidden]'],
    ['AWS_SECRET_ACCESS_KEY=sk_X)', 'AWS_SECRET_ACCESS_KEY=[hidden]'],
    ['{"HF_TOKEN": "sk_X"}', '{"HF_TOKEN": "[hidden]"}'],
    ['https://u:sk_X@h/p', 'https://[hidden]@h/p'],
    ['?token=sk_X&a=b', '?token=[hidden]&a=b'],
  ])('%s', (text, shown) => {
    expect(redact(text)).toBe(shown);
    expect(redact(shown)).toBe(shown);
  });

  it.each([
    'export LAMBDA_API_KEY=...',
    'api.api_key="..."',
    'Add api.api_key=VALUE.',
    'api_key=${oc.env:LAMBDA_API_KEY,null}',
    'max_tokens=5 tokenizer=bert ssh_key_name=default',
    'https://h:8080/a@b',
  ])('leaves %s as it is', (text) => {
    expect(redact(text)).toBe(text);
  });

  it('hides given values, short ones only where they stand alone', () => {
    expect(redact('a sk_123456789 b, key: abc, abcd', ['sk_123456789', 'abc'])).toBe(
      'a [hidden] b, key: [hidden], abcd',
    );
  });
});

describe('redactYaml', () => {
  it.each([
    ['> 7 |   api_key: sk_X', '> 7 |   api_key: [hidden]'],
    ['  8 | - "HF_TOKEN": [sk_X]', '  8 | - "HF_TOKEN": [hidden]'],
    ['  8 | api_key: ${oc.env:LAMBDA_API_KEY,null}', '  8 | api_key: ${oc.env:LAMBDA_API_KEY,null}'],
    ['  8 | region: us-east-3', '  8 | region: us-east-3'],
  ])('%s', (line, shown) => {
    expect(redactYaml(line)).toBe(shown);
  });
});

describe('hideSecret', () => {
  it.each([
    ['api_key', 'sk_X', '[hidden]'],
    ['api_key', '${oc.env:LAMBDA_API_KEY,null}', '${oc.env:LAMBDA_API_KEY,null}'],
    ['api_key', '${oc.env:LAMBDA_API_KEY,sk_X}', '[hidden]'],
    ['AWS_SECRET_ACCESS_KEY', 'sk_X', '[hidden]'],
    ['region', 'us-east-3', 'us-east-3'],
  ])('%s: %s', (key, text, shown) => {
    expect(hideSecret(key, text)).toBe(shown);
  });
});
