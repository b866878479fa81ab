import { PassThrough } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import { DevboxError } from '../../../src/base/errors.ts';
import { HttpFailure } from '../../../src/base/http.ts';
import { containers, json, published, type Said } from './published.ts';

const container = { uuid: 'abcdef123456', server_name: 'dev', status: 'running' };
const path = `${containers}/abcdef123456`;
const post = 'POST http://server/v1/containers';

async function boxOf(provider: ReturnType<typeof published>['provider']) {
  const box = await provider.get('abcdef123456');
  if (!box) throw new Error('no box');
  return box;
}

describe('on a server with the published API alone', () => {
  test('boxes are listed and found', async () => {
    const { provider } = published({ [containers]: json(200, [container]), [path]: json(200, container) });
    expect(await provider.list()).toMatchObject([{ id: 'abcdef123456', name: 'dev', phase: 'ready' }]);
    expect(await boxOf(provider)).toMatchObject({ id: 'abcdef123456' });
    expect(await provider.get('unknown-one1')).toBeNull();
  });

  test('a launch sends the published keys and no others', async () => {
    const { provider, sent } = published({
      [post]: json(201, { status: 'success', container_id: 'abcdef123456' }),
    });
    const request = {
      name: 'dev',
      lease: 'dbx_000000000000',
      marks: { 'devbox-lease': 'dbx_000000000000' },
      tags: { a: 'b' },
      env: { K: 'v' },
      settings: { gpu_type: 'RTX 4090' },
    };
    expect(await provider.launch(request)).toEqual({ outcome: 'launched', id: 'abcdef123456' });
    expect(sent.at(-1)?.[1]).toEqual({
      type: 'GPU',
      gpu_type: 'RTX 4090',
      image_pull_policy: 'cached',
      server_name: 'dev',
      environment_variables: { K: 'v' },
    });
  });

  const outcomes: [string, Said, object][] = [
    ['a wrong request', json(422, { message: 'bad' }), { outcome: 'refused', retry: 'no' }],
    ['a name that is taken', json(409, { message: 'taken' }), { outcome: 'refused', retry: 'no' }],
    ['too many requests', json(429, { message: 'slow' }), { outcome: 'refused', retry: 'rate-limit' }],
    ['a broken server', json(500, { message: 'oops' }), { outcome: 'lost' }],
    ['an answer without the id', json(200, { data: {} }), { outcome: 'lost' }],
    ['a number as the id', json(200, { container_id: 5 }), { outcome: 'lost' }],
    ['a dropped connection', new HttpFailure('dropped', 'reset', false), { outcome: 'lost' }],
    ['a time-out', new HttpFailure('timeout', 'late', false), { outcome: 'lost' }],
    ['no server', new HttpFailure('refused', 'nobody', true), { outcome: 'refused', retry: 'provider' }],
  ];
  test.each(outcomes)('a launch that meets %s', async (_what, answer, expected) => {
    const { provider } = published({ [post]: answer });
    expect(
      await provider.launch({
        name: 'dev',
        lease: 'dbx_000000000000',
        marks: { 'devbox-lease': 'dbx_000000000000' },
        tags: {},
        env: {},
        settings: {},
      }),
    ).toMatchObject(expected);
  });

  test('a box is deleted; one that is gone already is deleted as well', async () => {
    const { provider, sent } = published({ [path]: json(200, container) });
    expect(await provider.terminate(await boxOf(provider), { purge: false })).toMatchObject({
      phase: 'ended',
    });
    expect(sent.at(-1)?.[0]).toBe('DELETE http://server/v1/containers/abcdef123456');
  });

  test('purge is refused before anything is sent: nobody knows what it would mean there', async () => {
    const { provider, sent } = published({ [path]: json(200, container) });
    const box = await boxOf(provider);
    await expect(provider.terminate(box, { purge: true })).rejects.toMatchObject({ code: 'gpulab/no-purge' });
    expect(sent.every(([call]) => !call.startsWith('DELETE'))).toBe(true);
  });

  test('a command goes as one line for a shell, and its outputs come back apart', async () => {
    const exec = 'POST http://server/v1/containers/abcdef123456/exec';
    const { provider, sent } = published({
      [path]: json(200, container),
      [exec]: json(200, { stdout: 'out', stderr: 'err', exit_code: -1 }),
    });
    const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
    const streams = { stdin, stdout, stderr };
    const request = { argv: ['echo', "it's", '$HOME'], timeoutSeconds: 1.2 };
    expect(await provider.server.access(await boxOf(provider)).exec(request, streams)).toBe(255);
    expect([String(stdout.read()), String(stderr.read())]).toEqual(['out', 'err']);
    expect(sent.at(-1)?.[1]).toEqual({ command: "echo 'it'\\''s' '$HOME'", timeout: 2 });
    await expect(
      provider.server.access(await boxOf(provider)).exec({ ...request, timeoutSeconds: 301 }, streams),
    ).rejects.toMatchObject({ kind: 'usage', code: 'exec/timeout-too-long' });
  });
});

test('failures of the connection reach the user as errors of devbox', async () => {
  const { provider } = published({ [containers]: new HttpFailure('timeout', 'late', false) });
  const error = await provider.list().catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(DevboxError);
  expect(error).toMatchObject({ kind: 'timed-out', code: 'gpulab/timeout' });
});
