import { PassThrough } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import { execIn } from '../../../src/providers/gpulab/exec.ts';
import type { ApiRequest } from '../../../src/providers/gpulab/request.ts';
import type { DevboxEvent } from '../../../src/ui/events.ts';

const never = () => Promise.reject(new Error("this server has only GPULab's API"));

/** Runs `true` on a server with GPULab's API alone. */
async function exec(timeoutSeconds: number | null, stdin: PassThrough) {
  const asked: ApiRequest[] = [];
  const events: DevboxEvent[] = [];
  const connection = {
    capabilities: undefined,
    openSocket: never,
    transfer: never,
    request: async (request: ApiRequest) => {
      asked.push(request);
      // Whatever comes on stdin comes while the command runs.
      await new Promise((resolve) => setImmediate(resolve));
      return { status: 200, headers: {}, text: '{"stdout":"out","stderr":"err","exit_code":-1}' };
    },
  };
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const code = await execIn(
    connection,
    'abcdef123456',
    { argv: ['true', 'a b'], timeoutSeconds },
    { stdin, stdout, stderr },
    { signal: new AbortController().signal, emit: (event) => events.push(event) },
  );
  return { code, asked, events, stdout: stdout.read()?.toString(), stderr: stderr.read()?.toString() };
}

const empty = (): PassThrough => new PassThrough().end();

describe('exec on a server with the published API alone', () => {
  test.each([
    [null, 30],
    [0.2, 1],
    [300, 300],
  ])('a timeout of %s is sent as %s', async (given, sent) => {
    const { asked } = await exec(given, empty());
    expect(asked[0]?.json).toEqual({ command: "true 'a b'", timeout: sent });
    expect(asked[0]?.timeoutSeconds).toBeGreaterThanOrEqual(sent);
  });

  test('more than it gives is refused before anything is asked', async () => {
    await expect(exec(301, empty())).rejects.toMatchObject({ kind: 'usage', code: 'exec/timeout-too-long' });
  });

  test('streams and exit code come back', async () => {
    expect(await exec(null, empty())).toMatchObject({ code: 255, stdout: 'out', stderr: 'err', events: [] });
  });

  test('input that reaches nobody is said, once', async () => {
    const stdin = new PassThrough();
    stdin.write('one');
    stdin.write('two');
    const { events } = await exec(null, stdin);
    expect(events).toEqual([
      { type: 'notice', level: 'warning', message: expect.stringContaining('passes no input') },
    ]);
  });
});
