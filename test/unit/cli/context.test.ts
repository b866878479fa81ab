import { userInfo } from 'node:os';
import { describe, expect, it } from '@jest/globals';
import { findPaths } from '../../../src/cli/context.ts';

describe('findPaths', () => {
  it.each([['rel'], ['./rel'], [''], [undefined]])('takes HOME=%s for none', (home) => {
    const paths = findPaths({ HOME: home }, '/pkg', 'linux');
    const own = userInfo().homedir;
    expect(paths).toMatchObject({ home: own, config: `${own}/.config/devbox`.replace('//', '/') });
  });

  it('ignores relative XDG directories', () => {
    const env = { HOME: '/home/ada', XDG_STATE_HOME: 'state', XDG_DATA_HOME: '/data' };
    expect(findPaths(env, '/pkg', 'linux')).toEqual({
      home: '/home/ada',
      config: '/home/ada/.config/devbox',
      state: '/home/ada/.local/state/devbox',
      data: '/data/devbox',
      runtime: '/home/ada/.local/state/devbox/run',
      package: '/pkg',
    });
  });
});
