import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Home, makeHome } from '../support/bin.ts';

const secret = 'sk_XYZZY';

let home: Home;
beforeEach(() => {
  home = makeHome();
});
afterEach(() => home.remove());

const words = [
  `api.api_key="${secret}`,
  `api.api_key=${secret},b`,
  `api.api_key=[${secret}]`,
  `api.api_key={a:${secret}}`,
  `api.api_kei=${secret}`,
  `env.PASSWORD='${secret}`,
  `env.AWS_SECRET_ACCESS_KEY=${secret})`,
  `api.base_url=https://u:${secret}@h/`,
  `api.api_key:${secret}`,
];

describe.each([['cards'], ['--json'], ['--multirun'], ['--cfg', 'job'], ['--info', 'all']])(
  'with %s',
  (...how) => {
    const flags = how.filter((word) => word !== 'cards');
    it.each(words)('%s is not repeated', async (word) => {
      const { stdout, stderr } = await home.run(['list', word, ...flags]);
      expect(stdout + stderr).not.toContain(secret);
      expect(stdout + stderr).not.toBe('');
    });
  },
);

it.each([[], ['--json'], ['--resolve']])(
  '--cfg hides the key that an override gives %s',
  async (...flags) => {
    const { code, stdout } = await home.run(['list', `api.api_key=${secret}`, '--cfg', 'job', ...flags]);
    expect(code).toBe(0);
    expect(stdout).toContain('[hidden]');
    expect(stdout).not.toContain(secret);
  },
);

it('--cfg says where a key is read from', async () => {
  const { stdout } = await home.run(['list', '--cfg', 'job']);
  expect(stdout).toContain('${oc.env:LAMBDA_API_KEY,null}');
});

it('warns that a key on the command line is seen', async () => {
  const nowhere = ['api.base_url=http://127.0.0.1:9', 'api.request_interval=0'];
  const given = await home.run(['list', `api.api_key=${secret}`, ...nowhere]);
  expect(given.stderr).toMatch(/⚠ api\.api_key on the command line[\s\S]*LAMBDA_API_KEY/);
  const referred = await home.run(['list', 'api.api_key=${oc.env:OTHER,null}', ...nowhere]);
  expect(referred.stderr).not.toContain('⚠');
});
