import { expect, test } from '@jest/globals';
import { type HttpAnswer, HttpFailure, type HttpRequest } from '../../../src/base/http.ts';
import { traceableAddress, traced } from '../../../src/base/trace.ts';

/** What a trace tells of an exchange that takes 7 ms. */
async function told(request: Partial<HttpRequest>, answer: Partial<HttpAnswer> | Error): Promise<string> {
  const lines: string[] = [];
  let time = 0;
  const clock = { now: () => 0, monotonic: () => time, sleep: async () => undefined };
  const http = traced(
    async () => {
      time += 7;
      if (answer instanceof Error) throw answer;
      return { status: 200, headers: {}, text: '', ...answer };
    },
    { clock, trace: (line) => void lines.push(line) },
  );
  const whole = {
    method: 'GET',
    url: 'https://gpulab.example/api/v1/x',
    timeoutSeconds: 1,
    ...request,
  } as const;
  await http(whole).catch(() => undefined);
  return lines.join('\n');
}

test('an exchange is told with address, status, time, headers and bodies', async () => {
  const request = { method: 'POST', json: { server_name: 'dev' }, headers: { accept: 'text/html' } } as const;
  expect(await told(request, { status: 201, text: '{"container_id":"abc"}' })).toBe(
    '> POST https://gpulab.example/api/v1/x {"accept":"text/html"} {"server_name":"dev"}\n' +
      '< 201 in 7 ms {} {"container_id":"abc"}',
  );
  expect(await told({}, new HttpFailure('dropped', 'reset', false))).toContain('< no answer in 7 ms: reset');
});

test.each([
  ['the key in a header', { headers: { 'api-key': 's3cret' } }, {}],
  ['a bearer token', { headers: { Authorization: 'Bearer s3cret' } }, {}],
  ['a cookie of the server', {}, { headers: { 'set-cookie': 'session=s3cret' } }],
  ['values of variables', { json: { environment_variables: { PATH_TO_IT: 's3cret' } } }, {}],
  ['values in the other spelling', {}, { text: '{"data":[{"environmentVariables":{"A":"s3cret"}}]}' }],
  ['variables as one text', {}, { text: '{"environmentVariables":"A=s3cret"}' }],
  ['a password', { json: { registry: 'here', password: 's3cret' } }, {}],
  ['a password for a registry', { json: { registry_password: 's3cret' } }, {}],
  ['a key in an answer', {}, { text: '{"api_key":"s3cret"}' }],
  ['the address of a terminal', {}, { text: '{"terminal":{"terminal_url":"https://t.example/s3cret"}}' }],
  ['the address of a terminal, said again', {}, { text: '{"websocket_url":"wss://t.example/s3cret/ws"}' }],
])('%s is hidden', async (_what, request, answer) => {
  const text = await told(request, answer);
  expect(text).not.toContain('s3cret');
  expect(text).toContain('[hidden]');
});

test('names of variables are told, and long bodies are cut', async () => {
  expect(await told({ json: { environment_variables: { BATCH: '1' } } }, {})).toContain('"BATCH":"[hidden]"');
  const long = await told({}, { text: 'x'.repeat(100_000) });
  expect(long).toContain('(100000 characters)');
  expect(long.length).toBeLessThan(5000);
});

test.each([
  [
    'wss://gpulab.example/api/v1/containers/abc/exec/stream',
    'wss://gpulab.example/api/v1/containers/abc/exec/stream',
  ],
  ['wss://gpulab.example/terminal/s3cret/ws', 'wss://gpulab.example/[hidden]'],
  ['wss://other.example/s3cret/v1/x?token=s3cret', 'wss://other.example/[hidden]'],
  ['s3cret', '[hidden]'],
])('the socket %s is told as %s', (address, shown) => {
  expect(traceableAddress(address)).toBe(shown);
});

test('of a stream only its beginning is told', async () => {
  const lines: string[] = [];
  const clock = { now: () => 0, monotonic: () => 0, sleep: async () => undefined };
  const answer = { status: 200, headers: { 'content-type': 'text/plain' }, content: 'not told' };
  const exchange = traced(async (_request: Pick<HttpRequest, 'method' | 'url'>) => answer, {
    clock,
    trace: (line) => void lines.push(line),
  });
  expect(await exchange({ method: 'GET', url: 'https://gpulab.example/file' })).toBe(answer);
  expect(lines[1]).toBe('< 200 in 0 ms {"content-type":"text/plain"} (a stream)');
});

test('without anybody who wants to know, nothing stands in between', () => {
  const http = async (): Promise<HttpAnswer> => ({ status: 200, headers: {}, text: '' });
  const clock = { now: () => 0, monotonic: () => 0, sleep: async () => undefined };
  expect(traced(http, { clock, trace: undefined })).toBe(http);
});
