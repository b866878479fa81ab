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
  const request = createRequester({
    http: async (one) => {
      asked.push(one);
      const next = answers.shift();
      if (!next || next instanceof Error) throw next ?? new Error('an unexpected request');
      return next;
    },
    baseUrl: 'http://server/api',
    headers: { 'api-key': 'k' },
    timeoutSeconds: 30,
    clock: { now: () => 0, monotonic: () => 0, sleep: async (milliseconds) => void waits.push(milliseconds) },
    signal: new AbortController().signal,
  });
  return { request, asked, waits };
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

  const cases: [string, typeof get | typeof post, Error[], number, boolean][] = [
    ['a read whose connection was dropped is sent again', get, [dropped], 2, true],
    ['a read that was refused is sent again', get, [refused, refused], 3, true],
    ['a read is not sent for ever', get, [dropped, dropped, dropped], 3, false],
    ['a read whose time was over is not sent again', get, [late], 1, false],
    ['a change is never sent again', post, [dropped], 1, false],
    ['not even one that was not sent', post, [refused], 1, false],
  ];
  test.each(cases)('%s', async (_what, call, failures, times, succeeds) => {
    const { request, asked, waits } = script(...failures, answer(200, 'fine'));
    const outcome = await request(call).then(
      ({ text }) => text,
      (error: unknown) => error,
    );
    expect(outcome).toBe(succeeds ? 'fine' : failures.at(-1));
    expect([asked.length, waits.length]).toEqual([times, times - 1]);
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
  ];
  test.each(cases)('%d %s', async (status, text, expected) => {
    const { request } = script(answer(status, text));
    await expect(request(post)).rejects.toMatchObject({
      ...expected,
      details: expect.arrayContaining([{ label: 'Endpoint', value: 'POST /v1/containers' }]),
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
