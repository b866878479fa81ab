import { describe, expect, test } from '@jest/globals';
import { type HttpAnswer, HttpFailure } from '../../../src/base/http.ts';
import { answerError, type Call, failureError, parseApiError } from '../../../src/providers/lambda/errors.ts';

const key = 'secret_live_0123456789';
const call: Call = { method: 'POST', path: '/instance-operations/launch', secrets: [key] };

const answer = (status: number, body: unknown): HttpAnswer => ({
  status,
  headers: {},
  text: typeof body === 'string' ? body : JSON.stringify(body),
});

const apiError = (code: string, more: Readonly<Record<string, unknown>> = {}) => ({
  error: { code, message: 'It went wrong', ...more },
});

describe('answerError', () => {
  test('is the card of the error as the API describes it', () => {
    const error = answerError(
      call,
      answer(400, {
        error: {
          code: 'instance-operations/launch/insufficient-capacity',
          message: 'No capacity.',
          suggestion: 'Try later.',
        },
      }),
    );
    expect(error).toMatchObject({
      kind: 'no-capacity',
      title: 'API Error',
      code: 'instance-operations/launch/insufficient-capacity',
      message: 'No capacity.',
      suggestion: 'Try later.',
      details: [
        { label: 'Request', value: 'POST /instance-operations/launch' },
        { label: 'Status', value: '400' },
        { label: 'Code', value: 'instance-operations/launch/insufficient-capacity' },
      ],
      hint: expect.stringContaining('devbox command=list resource=instance_types'),
    });
  });

  test.each([
    { code: 'global/invalid-api-key', status: 401, kind: 'unauthorised' },
    { code: 'global/account-inactive', status: 403, kind: 'unauthorised' },
    { code: 'global/forbidden', status: 403, kind: 'unauthorised' },
    { code: 'global/invalid-address', status: 403, kind: 'failed' },
    { code: 'global/quota-exceeded', status: 400, kind: 'failed' },
    { code: 'global/invalid-parameters', status: 400, kind: 'failed' },
    { code: 'global/object-does-not-exist', status: 404, kind: 'not-found' },
    { code: 'global/object-does-not-exist', status: 400, kind: 'not-found' },
    { code: 'global/not-found', status: 404, kind: 'not-found' },
    { code: 'global/conflict', status: 409, kind: 'failed' },
    { code: 'global/internal-error', status: 409, kind: 'failed' },
    { code: 'provider/internal-unavailable', status: 503, kind: 'failed' },
    { code: 'something/brand-new', status: 418, kind: 'failed' },
    { code: 'something/brand-new', status: 401, kind: 'unauthorised' },
  ])('$code with status $status is $kind', ({ code, status, kind }) => {
    expect(answerError(call, answer(status, apiError(code)))).toMatchObject({ kind, code });
  });

  test.each(['provider/anything-at-all', 'global/code-of-tomorrow', 'global/invalid-api-key'])(
    'the code %s and its suggestion survive, on any list or off it',
    (code) => {
      expect(answerError(call, answer(400, apiError(code, { suggestion: 'Do this.' })))).toMatchObject({
        code,
        suggestion: 'Do this.',
        message: 'It went wrong',
      });
      expect(answerError(call, answer(400, apiError(code))).suggestion).toBeUndefined();
    },
  );

  test.each([
    { name: 'a number as suggestion', more: { suggestion: 7 } },
    { name: 'null as message', more: { message: null } },
    { name: 'fields nobody knows', more: { trace: 'x', retry: true } },
  ])('$name does not cost the code', ({ more }) => {
    expect(answerError(call, answer(400, apiError('global/quota-exceeded', more)))).toMatchObject({
      code: 'global/quota-exceeded',
    });
  });

  test.each([
    { name: 'JSON null', body: 'null', shown: 'null' },
    { name: 'a JSON number', body: '17', shown: '17' },
    { name: 'a JSON list', body: '[1, 2]', shown: '[1, 2]' },
    { name: 'an error that is text', body: '{"error":"nope"}', shown: '{"error":"nope"}' },
    {
      name: 'an error without a code',
      body: '{"error":{"message":"x"}}',
      shown: '{"error":{"message":"x"}}',
    },
    { name: 'HTML', body: '<h1>Bad\nGateway</h1>', shown: '<h1>Bad Gateway</h1>' },
    { name: 'nothing', body: '', shown: '(an empty answer)' },
    { name: 'broken JSON', body: '{"error": {', shown: '{"error": {' },
  ])('$name becomes a card with details', ({ body, shown }) => {
    expect(answerError(call, answer(502, body))).toMatchObject({
      kind: 'failed',
      title: 'API Error',
      code: 'lambda/http-502',
      details: [
        { label: 'Request', value: 'POST /instance-operations/launch' },
        { label: 'Status', value: '502' },
        { label: 'Details', value: shown },
      ],
    });
  });

  test('of a long body 200 characters are shown', () => {
    const details = answerError(call, answer(500, 'x'.repeat(5000))).details.at(-1);
    expect(details?.value).toHaveLength(200);
  });

  test('a 429 is known by its status, whatever the body', () => {
    for (const body of ['', '<p>slow down</p>', apiError('global/rate-limited')]) {
      expect(answerError(call, answer(429, body)).hint).toMatch(/Too many requests/);
    }
  });

  test('a redirect is an error that says why it is not followed', () => {
    expect(answerError(call, answer(302, ''))).toMatchObject({
      kind: 'failed',
      message: expect.stringContaining('redirects'),
      hint: expect.stringContaining('key goes nowhere else'),
    });
  });

  test('a 404 that is not the API speaking is no missing box', () => {
    expect(answerError(call, answer(404, '<h1>Not Found</h1>'))).toMatchObject({
      kind: 'failed',
      hint: expect.stringContaining('api.base_url'),
    });
  });

  test('secrets and terminal controls stay out of every part', () => {
    const nasty = `\u001b[31m${key}\u0007 "api_key": "abc123" jupyter_url=https://x/?token=abc123`;
    for (const body of [apiError('global/x', { message: nasty, suggestion: nasty }), `<p>${nasty}</p>`]) {
      const { message, suggestion, details } = answerError(call, answer(400, body));
      const all = JSON.stringify([message, suggestion, details]);
      expect(all).not.toContain(key);
      expect(all).not.toContain('abc123');
      expect(all).not.toMatch(/\\u001b|\\u0007/);
    }
  });
});

describe('parseApiError', () => {
  test('tells known codes, codes of providers behind, and new ones apart', () => {
    const parse = (code: string) => parseApiError(JSON.stringify(apiError(code)), [])?.code;
    expect(parse('global/duplicate')).toEqual({ known: true, text: 'global/duplicate' });
    expect(parse('provider/x')).toEqual({ known: 'provider', text: 'provider/x' });
    expect(parse('toString')).toEqual({ known: false, text: 'toString' });
  });
});

describe('failureError', () => {
  test.each([
    { reason: 'refused', kind: 'failed', message: 'Nothing answers at cloud.lambda.ai.' },
    { reason: 'unresolved', kind: 'failed', message: 'The name cloud.lambda.ai could not be resolved.' },
    { reason: 'timeout', kind: 'timed-out', message: 'No answer from cloud.lambda.ai within 120.0s.' },
    {
      reason: 'dropped',
      kind: 'failed',
      message: 'The connection to cloud.lambda.ai broke before the answer was complete.',
    },
    { reason: 'tls', kind: 'failed', message: 'The identity of cloud.lambda.ai could not be verified.' },
  ] as const)('$reason is a card in plain words', ({ reason, kind, message }) => {
    const failure = new HttpFailure(reason, 'what the system said', false);
    expect(failureError(call, failure, 'https://cloud.lambda.ai/api/v1', 120)).toMatchObject({
      kind,
      message,
      title: 'API Error',
      code: `lambda/${reason}`,
      details: [
        { label: 'Request', value: 'POST /instance-operations/launch' },
        { label: 'Details', value: 'what the system said' },
      ],
    });
  });
});
