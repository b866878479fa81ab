import { describe, expect, test } from '@jest/globals';
import { readCloudflareToken, readDnsConfiguration } from '../../../src/dns/configuration.ts';

const parameters = (values: Readonly<Record<string, string>>) => async (name: string) => values[name] ?? null;

describe('the configuration of names', () => {
  test.each([
    ['no parameter', {}],
    ['none', { '/devbox/dns/provider': 'none' }],
    ['none, as somebody typed it', { '/devbox/dns/provider': ' NONE\n' }],
    ['a zone without a provider', { '/devbox/dns/zone': 'example.com' }],
  ])('%s: there are none', async (_, values) => {
    expect(await readDnsConfiguration(parameters(values), '/devbox')).toEqual({ kind: 'off' });
  });

  test('provider and zone are trimmed, in lower case, without a dot at the end', async () => {
    const read = parameters({ '/box/dns/provider': ' Route53 ', '/box/dns/zone': 'Example.COM.' });
    expect(await readDnsConfiguration(read, '/box')).toEqual({
      kind: 'on',
      provider: 'route53',
      zone: 'example.com',
    });
  });

  test.each([
    ['an unknown provider', { '/devbox/dns/provider': 'gandi' }, 'dns/provider-unknown'],
    ['no zone', { '/devbox/dns/provider': 'cloudflare' }, 'dns/zone-missing'],
    ['an empty zone', { '/devbox/dns/provider': 'cloudflare', '/devbox/dns/zone': '.' }, 'dns/zone-missing'],
  ])('%s is an error that names the parameter', async (_, values, code) => {
    const read = await readDnsConfiguration(parameters(values), '/devbox');
    expect(read).toMatchObject({
      kind: 'misconfigured',
      error: {
        kind: 'usage',
        code,
        details: [{ label: 'Parameter', value: expect.stringMatching(/^\/devbox\/dns\//) }],
        hint: expect.stringContaining('dns=false'),
      },
    });
  });

  test('a parameter that cannot be read is no parameter that is missing', async () => {
    const failure = new Error('throttled');
    await expect(readDnsConfiguration(() => Promise.reject(failure), '/devbox')).rejects.toBe(failure);
  });

  test('the token of Cloudflare, and that there is none', async () => {
    const name = '/devbox/secrets/cloudflare/apiToken';
    expect(await readCloudflareToken(parameters({ [name]: ' abc\n' }), '/devbox')).toEqual({ token: 'abc' });
    expect(await readCloudflareToken(parameters({}), '/devbox')).toMatchObject({
      error: { code: 'dns/token-missing', details: [{ value: name }] },
    });
  });
});
