import { describe, expect, it } from '@jest/globals';
import { systemClock } from '../../../src/base/clock.ts';
import { HttpFailure } from '../../../src/base/http.ts';
import { clockFinding, readOnly } from '../../../src/cli/doctor/read-only.ts';

describe('what doctor sends', () => {
  it('is nothing but reads, whatever a provider wants to send', async () => {
    const { wrap } = readOnly(systemClock);
    const sent: string[] = [];
    const http = wrap(async ({ method }) => {
      sent.push(method);
      return { status: 200, headers: {}, text: '' };
    });
    await http({ method: 'GET', url: 'http://x/', timeoutSeconds: 1 });
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE'] as const) {
      await expect(http({ method, url: 'http://x/', timeoutSeconds: 1 })).rejects.toThrow(
        'doctor only reads',
      );
    }
    expect(sent).toEqual(['GET']);
  });

  it('is not sent again to who cannot be reached', async () => {
    const { wrap } = readOnly(systemClock);
    const http = wrap(async () => {
      throw new HttpFailure('unresolved', 'ENOTFOUND', true);
    });
    const asked = http({ method: 'GET', url: 'https://api.example/v1', timeoutSeconds: 1 });
    await expect(asked).rejects.toMatchObject({
      code: 'doctor/unreachable',
      message: 'the name api.example could not be resolved',
    });
  });
});

describe('the clock', () => {
  it.each([
    [null, undefined, undefined],
    [0.4, 'ok', 'agrees with the server'],
    [-29, 'ok', 'agrees with the server'],
    [45, 'warning', "45 s behind the server's"],
    [-3600, 'problem', "3600 s ahead of the server's"],
  ])('%s s of difference', (skew, kind, found) => {
    const [finding] = clockFinding(skew);
    expect(finding?.class).toBe(kind);
    expect(finding?.found).toBe(found);
  });

  it('is compared with what a server says', async () => {
    const { wrap, heard } = readOnly({ ...systemClock, now: () => Date.UTC(2026, 0, 1, 12) });
    const date = 'Thu, 01 Jan 2026 12:02:00 GMT';
    const http = wrap(async () => ({ status: 200, headers: { date }, text: '' }));
    expect(heard.skewSeconds()).toBeNull();
    await http({ method: 'GET', url: 'http://x/', timeoutSeconds: 1 });
    expect(heard.skewSeconds()).toBeCloseTo(120.5);
  });
});
