import { describe, expect, test } from '@jest/globals';
import { DevboxError, type Failure, interrupted } from '../../../src/base/errors.ts';
import { keepLooking, type Look, lookInterval } from '../../../src/commands/keep-looking.ts';
import type { Outcome } from '../../../src/commands/outcome.ts';
import type { Box } from '../../../src/providers/provider.ts';
import type { DevboxEvent } from '../../../src/ui/events.ts';
import { FakeClock } from '../../support/fake-clock.ts';

class ServerError extends DevboxError {
  readonly status: number;
  constructor(status: number, kind: Failure = 'failed') {
    super(kind, `said ${status}`, { code: `gpulab/${status}` });
    this.status = status;
  }
}

const noAnswer = new DevboxError('failed', 'nothing answers', { code: 'gpulab/refused' });

/** Runs looks that come to these results, one after another. */
async function look(
  results: readonly (Look | Error)[],
  get: () => Promise<Box | null> = () => Promise.reject(noAnswer),
) {
  const clock = new FakeClock();
  const events: DevboxEvent[] = [];
  const stop = new AbortController();
  const left = [...results];
  const running: Promise<Outcome> = keepLooking(
    { box: { id: '1', name: 'box' }, provider: { get } },
    {
      context: { clock, signal: stop.signal },
      emit: (event) => events.push(event),
      releaseTerminal: async () => undefined,
    },
    async () => {
      const result = left.shift();
      if (result === undefined) {
        stop.abort(interrupted('Stopped before the end'));
        return 'later';
      }
      if (result instanceof Error) throw result;
      return result;
    },
  );
  const outcome = await clock.run(running.catch((error: unknown) => ({ thrown: error })));
  return { outcome, events, slept: clock.slept, left: left.length };
}

describe('looking again and again', () => {
  test('waits between looks, unless there is more at once', async () => {
    const { outcome, slept } = await look(['later', 'at-once', 'later', 'over']);
    expect(outcome).toEqual({});
    expect(slept).toEqual([lookInterval, lookInterval]);
  });

  test('ends at Ctrl-C with its exit status, and says nothing', async () => {
    expect(await look(['later'])).toMatchObject({ outcome: { exit: 130 }, events: [] });
  });

  test.each([
    ['nobody answers', noAnswer],
    ['the server has a fault', new ServerError(502)],
    ['the server is asked too often', new ServerError(429)],
  ])('goes on where %s', async (_name, error) => {
    const { outcome, events, slept } = await look(['later', error, error, 'later', error, 'over']);
    expect(outcome).toEqual({});
    const news = { type: 'notice', level: 'warning', message: expect.stringMatching(/^No news of box \(/) };
    expect(events).toEqual([news, news]);
    expect(slept).toEqual(Array(5).fill(lookInterval));
  });

  test.each([
    ['the box is deleted', new ServerError(404, 'not-found')],
    ['it does not run any more', new DevboxError('failed', 'stopped', { code: 'gpulab/not-running' })],
  ])('ends well where %s', async (_name, error) => {
    const { outcome, events } = await look(['later', error]);
    expect(outcome).toEqual({});
    expect(events).toMatchObject([{ type: 'notice', message: 'box has ended' }]);
  });

  test.each([
    ['the key is refused', new ServerError(401, 'unauthorised')],
    ['the server cannot do it', new ServerError(501)],
    ['the request is wrong', new ServerError(422)],
    ['devbox itself fails', new TypeError('x is undefined')],
  ])('ends with the error where %s', async (_name, error) => {
    const { outcome } = await look(['later', error, 'later']);
    expect(outcome).toEqual({ thrown: error });
  });

  test('ends well where nobody answers because the box is gone', async () => {
    const { outcome, events, left } = await look(['later', noAnswer, 'later'], async () => null);
    expect(outcome).toEqual({});
    expect(events).toMatchObject([{ message: 'box has ended' }]);
    expect(left).toBe(1);
  });

  test('takes no failure of the first look for a passing one', async () => {
    expect((await look([noAnswer, 'later'])).outcome).toEqual({ thrown: noAnswer });
  });
});
