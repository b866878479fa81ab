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

describe('a known value', () => {
  const secret = 'pw "7f/\\&x9+Kd"';
  const pem = '-----BEGIN KEY-----\nMC4CAQAwBQYDK2VwBCIEIFake\n-----END KEY-----';
  it.each<[string, string, (text: string) => string]>([
    ['in JSON', secret, JSON.stringify],
    ['in JSON in JSON', secret, (text) => JSON.stringify(JSON.stringify(text))],
    ['in an address', secret, encodeURIComponent],
    ['in a form', secret, (text) => new URLSearchParams({ text }).toString()],
    ['in HTML', secret, (text) => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;')],
    ['in base64', secret, (text) => btoa(text)],
    ['as a password in base64', secret, (text) => btoa(`ada:${text}`)],
    ['one line of it', pem, (text) => `key: ${text.split('\n')[1]}`],
    ['with other ends of lines', pem, (text) => text.replaceAll('\n', '\r\n')],
    ['wrapped', 'sk-0123456789abcdefghij', (text) => text.replace(/.{8}/g, '$&\n  ')],
  ])('%s is hidden', (_how, value, written) => {
    const text = redact(`said ${written(value)} to all`, [value]);
    expect(text).toContain('[hidden]');
    expect(text).toMatch(/^said .* to all$/s);
    for (const part of ['x9', 'Kd', 'MC4C', '0123', '789a', 'g5LMCk', 'OStLZ'])
      expect(text).not.toContain(part);
  });

  it('takes nothing else away', () => {
    const text =
      'GET https://example.com/a%20b?c=d+e ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFake ada@example\nnext line';
    expect(redact(text, ['pw "7f/x9"', 'sk-0123456789abcdefghij', pem])).toBe(text);
  });
});
