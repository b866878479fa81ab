import { describe, expect, it } from '@jest/globals';
import { type Check, type Looked, passChecks } from '../../../src/acquire/checks.ts';
import { DevboxError } from '../../../src/base/errors.ts';
import type { DevboxEvent } from '../../../src/ui/events.ts';
import { FakeClock } from '../../support/fake-clock.ts';

const passed: Looked = { state: 'passed', message: 'fine' };
const pending = (message: string, error?: DevboxError): Looked => ({ state: 'pending', message, error });
const wrong = (code: string): DevboxError => new DevboxError('failed', code, { code });

/** A part of a box that looks find so, one after another; the last stays. */
function part(name: Check['part'], ...looks: Looked[]): Check {
  let count = 0;
  return {
    part: name,
    timeoutSeconds: 60,
    look: async () => looks[Math.min(count++, looks.length - 1)] ?? passed,
  };
}

async function run(checks: readonly Check[], between: () => Promise<void> = async () => undefined) {
  const clock = new FakeClock();
  const events: DevboxEvent[] = [];
  const all = passChecks(checks, {
    name: 'box',
    id: 'i-1',
    pollIntervalSeconds: 5,
    clock,
    emit: (event) => events.push(event),
    signal: new AbortController().signal,
    between,
    failed: ({ part: of }) => wrong(`failed ${of}`),
    timedOut: ({ part: of }, message) => wrong(`late ${of}: ${message}`),
  });
  const error = await clock.run(
    all.then(
      () => undefined,
      (thrown: unknown) => thrown,
    ),
  );
  return {
    error,
    slept: clock.slept,
    told: events.map((event) => ('part' in event ? `${event.type} ${event.part}` : '')),
  };
}

describe('checks', () => {
  it('come one after another, each asked until it holds', async () => {
    const { error, told, slept } = await run([
      part('ssh', pending('refused'), pending('refused'), passed),
      part('cloud-init', passed),
      part('gpus', pending('0 of 1'), passed),
    ]);
    expect(error).toBeUndefined();
    expect(slept).toEqual([5000, 5000, 5000]);
    expect(told).toEqual([
      ...['checking ssh', 'checking ssh', 'checked ssh', 'checked cloud-init'],
      ...['checking gpus', 'checked gpus'],
    ]);
  });

  it('that never hold end after their own time', async () => {
    const { error, slept } = await run([part('ssh', pending('refused')), part('gpus', passed)]);
    expect(error).toMatchObject({ code: 'late ssh: refused' });
    expect(slept).toHaveLength(12);
  });

  it('that know more than that they were late say so', async () => {
    const { error } = await run([part('ssh', pending('another key', wrong('host-key')))]);
    expect(error).toMatchObject({ code: 'host-key' });
  });

  it('that fail are asked once', async () => {
    const failing: Looked = { state: 'failed', message: 'broken', details: [] };
    const { error, slept } = await run([part('cloud-init', failing)]);
    expect(error).toMatchObject({ code: 'failed cloud-init' });
    expect(slept).toEqual([]);
  });

  it('end at once where the box has ended', async () => {
    let looks = 0;
    const { error, slept } = await run([part('ssh', pending('refused'))], async () => {
      if (++looks === 2) throw wrong('gone');
    });
    expect(error).toMatchObject({ code: 'gone' });
    expect(slept).toHaveLength(2);
  });
});
