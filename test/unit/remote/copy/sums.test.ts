import { describe, expect, test } from '@jest/globals';
import { parseEndpoint } from '../../../../src/remote/copy/endpoint.ts';
import { summer } from '../../../../src/remote/copy/sums.ts';

describe('the sum of cksum', () => {
  test.each([
    ['', '4294967295'],
    ['123456789', '930766865'],
    ['hello\n', '3015617425'],
  ])('of %j is what the standard says', (text, sum) => {
    const sums = summer('cksum');
    sums.add(Buffer.from(text));
    expect(sums.result()).toBe(sum);
  });
});

describe('a side of a copy', () => {
  test.each([
    ['-', { kind: 'stream' }],
    ['file', { kind: 'local', path: 'file' }],
    ['devbox:/a', { kind: 'box', box: 'devbox', path: '/a' }],
    ['devbox:', { kind: 'box', box: 'devbox', path: '.' }],
    ['devbox:a:b', { kind: 'box', box: 'devbox', path: 'a:b' }],
    ['./a:b', { kind: 'local', path: './a:b' }],
    ['/a:b', { kind: 'local', path: '/a:b' }],
    ['dir/a:b', { kind: 'local', path: 'dir/a:b' }],
    [':a', { kind: 'local', path: ':a' }],
    ['C:\\a', { kind: 'local', path: 'C:\\a' }],
    ['c:a', { kind: 'box', box: 'c', path: 'a' }],
  ])('%s', (text, side) => {
    expect(parseEndpoint(text)).toEqual(side);
  });
});
