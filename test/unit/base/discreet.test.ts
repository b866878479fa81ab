import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { discreet } from '../../../src/base/discreet.ts';

const headers = { authorization: 'Bearer secret_key-0123456789abcdef' };
const userData = `#cloud-config
write_files:
  - path: /etc/app.key
    content: |
      -----BEGIN PRIVATE KEY-----
      MC4CAQAwBQYDK2VwBCIEIFakeFakeFake0123456789abcdefghijklmnopqrs
      -----END PRIVATE KEY-----
  - content: 'login=qX93-horse "staple" <&>'
`;

/** What is left of an answer to a request with these secrets. */
async function left(text: string, status = 400, json: unknown = { user_data: userData }): Promise<string> {
  const exchange = discreet(async () => ({ status, text }));
  return (await exchange({ headers, json })).text;
}

/** Ways in which a server may repeat what it got. */
const ways: Readonly<Record<string, (text: string) => string>> = {
  'as it is': (text) => text,
  'its second half': (text) => text.slice(Math.floor(text.length / 2)),
  'as JSON': (text) => JSON.stringify({ sent: text }),
  'as JSON in JSON': (text) => JSON.stringify({ sent: JSON.stringify({ text }) }),
  'as JSON of Go': (text) =>
    JSON.stringify(text).replace(/[<>&]/g, (c) => `\\u00${c.charCodeAt(0).toString(16)}`),
  'in an address': (text) => `https://example.com/?q=${encodeURIComponent(text)}`,
  'in a form': (text) => new URLSearchParams({ text }).toString(),
  'in base64': (text) => Buffer.from(text).toString('base64'),
  'within base64 for addresses': (text) => Buffer.from(`abc${text}def`).toString('base64url'),
  'in base64 with lines': (text) => Buffer.from(`ab${text}`).toString('base64').replace(/.{76}/g, '$&\n'),
  'broken into lines': (text) => text.replace(/[^\n]{20}/g, '$&\n'),
  'on one line': (text) => text.replaceAll('\n', ' '),
  'as HTML': (text) =>
    text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;').replaceAll('>', '&gt;'),
};

describe.each(Object.entries(ways))('what a server repeats %s', (_way, repeat) => {
  const said = `Invalid: ${repeat(userData)} from ${repeat(headers.authorization)}.`;
  it.each([
    ['in a page', `<html>${said}</html>`],
    ['in a message', JSON.stringify({ error: { code: 'global/invalid-parameters', message: said } })],
    ['under any key', JSON.stringify({ [said]: [said, { suggestion: said }] })],
  ])('%s is hidden', async (_where, text) => {
    const shown = await left(text);
    expect(shown).toContain('Invalid: ');
    expect(shown).toContain('[hidden]');
    for (const part of ['BAMFakeFake', '0123456789abc', 'MC4CAQAwBQYD', 'horse', 'secret_key', 'app.key']) {
      expect(shown).not.toContain(part);
      expect(shown).not.toContain(Buffer.from(part).toString('base64').slice(2, -4));
    }
  });
});

it('hides any secret, whatever it is made of and wherever it is cut', async () => {
  const secretText = fc.string({ minLength: 40, maxLength: 200, unit: 'grapheme-ascii' });
  const half = (text: string): string => text.slice(Math.floor(text.length / 2));
  // Of what is left once nothing escapes anything, enough.
  const isTelling = (text: string): boolean => half(text).replace(/[\s+\\]|%..|&\w+;/g, '').length >= 14;
  await fc.assert(
    fc.asyncProperty(
      secretText.filter(isTelling),
      fc.constantFrom(...Object.values(ways)),
      async (secret, repeat) => {
        const shown = await left(`<p>${repeat(secret)}</p>`, 500, { env: { A: secret } });
        expect(shown).not.toContain(secret);
        expect(shown).toContain('[hidden]');
      },
    ),
  );
});

it('leaves everything else as it was', async () => {
  const error = {
    error: {
      code: 'global/quota-exceeded',
      message: 'Quota of 4 "A10" <us-west-1> exceeded. See https://x/%20y',
    },
  };
  expect(JSON.parse(await left(JSON.stringify(error)))).toEqual(error);
  const page = '<html><body>502 Bad Gateway at cloud.example.com, cHVibGljIGtleSBvZiBub2JvZHk=</body></html>';
  expect(await left(page, 502)).toBe(page);
});

it('leaves codes to what decides on them, and answers that are no errors', async () => {
  const json = { env: { A: 'global/quota-exceeded' } };
  const body = JSON.stringify({ error: { code: 'global/quota-exceeded', message: 'global/quota-exceeded' } });
  expect(JSON.parse(await left(body, 400, json))).toEqual({
    error: { code: 'global/quota-exceeded', message: '[hidden]' },
  });
  expect(await left(userData, 200)).toBe(userData);
});
