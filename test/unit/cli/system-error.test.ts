import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { systemError } from '../../../src/cli/system-error.ts';

/** What an operation of the file system throws. */
function thrownBy(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error('it should have failed');
}

describe('systemError', () => {
  it.each<[string, string, () => unknown]>([
    ['ENOTDIR', '/dev/null/x', () => mkdirSync('/dev/null/x')],
    ['EISDIR', '/', () => writeFileSync('/', '')],
    ['ENOENT', '/nowhere/at/all', () => readFileSync('/nowhere/at/all')],
  ])('%s names the path and what to do', (code, path, work) => {
    expect(systemError(thrownBy(work))).toMatchObject({
      kind: 'failed',
      code: `system/${code}`,
      message: expect.stringContaining(`${path}: `),
      hint: expect.stringContaining(path),
    });
  });

  it.each(['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EMFILE', 'ELOOP'])('knows %s', (code) => {
    const error = Object.assign(new Error(code), { code, syscall: 'open', path: '/x' });
    expect(systemError(error)).toMatchObject({ code: `system/${code}` });
  });

  it('takes a write without a path for the output', () => {
    const error = Object.assign(new Error('full'), { code: 'ENOSPC', syscall: 'write' });
    expect(systemError(error)?.message).toBe('the output: no space is left');
  });

  it.each([
    [new Error('a bug')],
    [Object.assign(new Error('x'), { code: 'ECONNREFUSED', syscall: 'connect' })],
    [Object.assign(new Error('x'), { code: 'ENOENT' })],
    ['text'],
  ])('leaves %s alone', (error) => {
    expect(systemError(error)).toBeUndefined();
  });
});
