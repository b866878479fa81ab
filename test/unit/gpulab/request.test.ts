import { describe, expect, test } from '@jest/globals';
import * as z from 'zod/mini';
import { type HttpAnswer, HttpFailure, type HttpRequest } from '../../../src/base/http.ts';
import { createRequester, parseAnswer } from '../../../src/providers/gpulab/request.ts';

const answer = (status: number, text: string): HttpAnswer => ({ status, headers: {}, text });
const dropped = new HttpFailure('dropped', 'reset', false);
const refused = new HttpFailure('refused', 'nobody there', true);
const late = new HttpFailure('timeout', 'too late', false);

/** A requester on a server that answers these things in turn; what it was asked, and how long was waited. */
function script(...answers: (HttpAnswer | Error)[]) {
  const asked: HttpRequest[] = [];
  const waits: number[] = [];
  const told: number[] = [];
  const request = createRequester({
    http: async (one) => {
      asked.push(one);
      const next = answers.shift();
      if (!next || next instanceof Error) throw next ?? new Error('an unexpected request');
      return next;
    },
    baseUrl: 'http://server/api',
    server: 'http://server/api',
    secrets: ['k-secret-key'],
    headers: { 'api-key': 'k' },
    timeoutSeconds: 30,
    clock: { now: () => 0, monotonic: () => 0, sleep: async (milliseconds) => void waits.push(milliseconds) },
    signal: new AbortController().signal,
    onWait: (seconds) => void told.push(seconds),
  });
  return { request, asked, waits, told };
}

const get = { method: 'GET', path: '/v1/containers' } as const;
const post = { method: 'POST', path: '/v1/containers', json: {} } as const;

describe('requests', () => {
  test('go below the base address with the headers and the time allowed', async () => {
    const { request, asked } = script(answer(200, '[]'), answer(200, '{}'));
    await request(get);
    await request({ ...post, timeoutSeconds: 5 });
    expect(asked[0]).toMatchObject({
      method: 'GET',
      url: 'http://server/api/v1/containers',
      headers: { 'api-key': 'k' },
      timeoutSeconds: 30,
    });
    expect(asked[1]).toMatchObject({ json: {}, timeoutSeconds: 5 });
  });

  const busy = (status: number, after?: string): HttpAnswer => ({
    status,
    headers: after === undefined ? {} : { 'retry-after': after },
    text: '{"message":"busy"}',
  });
  const cases: [
    string,
    typeof get | typeof post,
    (HttpAnswer | Error)[],
    readonly number[],
    string | null,
  ][] = [
    ['a read whose connection was dropped is sent again', get, [dropped], [200], null],
    ['a read that was refused is sent again', get, [refused, refused], [200, 1000], null],
    ['a read is not sent for ever', get, [dropped, dropped, dropped], [200, 1000], 'gpulab/dropped'],
    ['a read whose time was over is not sent again', get, [late], [], 'gpulab/timeout'],
    ['a read at a server in trouble is sent again', get, [busy(503), busy(500)], [200, 1000], null],
    ['but not for ever', get, [busy(500), busy(500), busy(500)], [200, 1000], 'gpulab/500'],
    ['a read that the server lacks is not sent again', get, [busy(501)], [], 'gpulab/501'],
    ['a read that is wrong is not sent again', get, [busy(422)], [], 'gpulab/422'],
    ['a server that is asked too often gets patience', get, [busy(429), busy(429)], [1000, 2000], null],
    ['as much as it asks for, in seconds', get, [busy(429, '7')], [7000], null],
    ['or until a time', get, [busy(429, new Date(9000).toUTCString())], [9000], null],
    ['but not without bounds', get, [busy(429, '3600')], [], 'gpulab/429'],
    ['words in place of a time count for nothing', get, [busy(429, 'soon')], [1000], null],
    ['a change is not sent again', post, [dropped], [], 'gpulab/dropped'],
    ['not even where the server asks for patience', post, [busy(429, '1')], [], 'gpulab/429'],
    ['nor where it was in trouble', post, [busy(503)], [], 'gpulab/503'],
    ['only where it was never sent', post, [refused], [200], null],
  ];
  test.each(cases)('%s', async (_what, call, trouble, expected, code) => {
    const { request, asked, waits } = script(...trouble, answer(200, 'fine'));
    const outcome = request(call);
    if (code === null) expect((await outcome).text).toBe('fine');
    else await expect(outcome).rejects.toMatchObject({ code });
    expect(waits).toEqual(expected);
    expect(asked).toHaveLength(expected.length + 1);
  });
});

test('the user hears of a wait that takes long', async () => {
  const busy = (after: string): HttpAnswer => ({ status: 429, headers: { 'retry-after': after }, text: '' });
  const { request, told } = script(busy('0'), busy('12'), answer(200, 'fine'));
  await request(get);
  expect(told).toEqual([12]);
});

describe('a redirect is not followed', () => {
  test.each([
    ['the same path', 'https://new.example/api/v1/containers', 'api.base_url=https://new.example/api'],
    ['another path', 'https://new.example/login?next=1', 'api.base_url=https://new.example'],
    ['a path alone', '/login', 'api.base_url=http://server'],
    ['nowhere', undefined, 'Set the address of the API itself'],
  ])('to %s', async (_what, location, hint) => {
    const headers: Record<string, string> = location === undefined ? {} : { location };
    const { request, asked } = script({ status: 302, headers, text: '' });
    await expect(request(get)).rejects.toMatchObject({
      code: 'gpulab/redirect',
      message: expect.stringContaining('nothing was sent there'),
      hint: expect.stringContaining(hint),
    });
    expect(asked).toHaveLength(1);
  });
});

describe('errors of the server', () => {
  const cases: [number, string, object][] = [
    [401, '{"message":"wrong key"}', { kind: 'unauthorised', message: 'wrong key' }],
    [403, '{"message":"no"}', { kind: 'unauthorised' }],
    [
      404,
      '{"message":"no such container","code":"not-found"}',
      { kind: 'not-found', code: 'gpulab/not-found' },
    ],
    [409, '{"message":"taken"}', { kind: 'failed', code: 'gpulab/409', status: 409 }],
    [500, '<html>\u001b[2J broken', { kind: 'failed', message: '<html> broken' }],
    [502, '', { message: 'the server gave no reason' }],
    [422, '{"errors":{"a":["b"]}}', { message: '{"errors":{"a":["b"]}}' }],
    [
      422,
      '{"message":"invalid","errors":{"memory":["is too large","is odd"]}}',
      {
        details: expect.arrayContaining([
          { label: 'memory', value: 'is too large' },
          { label: 'memory', value: 'is odd' },
        ]),
      },
    ],
    [400, '{"error":"bad"}', { message: 'bad' }],
    [400, '{"message":5,"detail":"wrong"}', { message: 'wrong' }],
    [403, '{"message":"k-secret-key may not"}', { message: '[hidden] may not' }],
  ];
  test.each(cases)('%d %s', async (status, text, expected) => {
    const { request } = script(answer(status, text));
    await expect(request(post)).rejects.toMatchObject({
      details: expect.arrayContaining([{ label: 'Endpoint', value: 'POST /v1/containers' }]),
      ...expected,
    });
  });
});

describe('answers that are not understood name the endpoint and the field', () => {
  const schema = z.object({ list: z.array(z.object({ name: z.string(), size: z.nullish(z.int()) })) });
  test('wrong types', () => {
    const body = answer(200, '{"list":[{"name":"a"},{"name":5,"size":1.5}]}');
    expect(() => parseAnswer(schema, get, body)).toThrow(
      expect.objectContaining({
        message: expect.stringContaining('list.1.name must be of type string'),
        code: 'gpulab/unexpected-answer',
        details: [
          { label: 'Endpoint', value: 'GET /v1/containers' },
          { label: 'Also', value: 'list.1.size must be a whole number' },
        ],
      }),
    );
  });

  test('no JSON at all', () => {
    expect(() => parseAnswer(schema, get, answer(200, '<html>'))).toThrow(
      expect.objectContaining({ code: 'gpulab/not-json' }),
    );
  });

  test('but unknown fields and nulls are let through', () => {
    const body = answer(200, '{"list":[{"name":"a","size":null,"more":{}}],"meta":1}');
    expect(parseAnswer(schema, get, body)).toEqual({ list: [{ name: 'a', size: null }] });
  });
});
