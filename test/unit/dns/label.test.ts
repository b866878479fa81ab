import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { dnsLabel, plainName, storedLabel } from '../../../src/dns/label.ts';

describe('dnsLabel', () => {
  test.each([
    ['ws', 'ws'],
    ['My_Project', 'my-project'],
    ['a--b', 'a-b'],
    ['-a-', 'a'],
    ['  ws  ', 'ws'],
    ['__', null],
    ['A'.repeat(63), 'a'.repeat(63)],
    ['a'.repeat(64), null],
    ['7', '7'],
    ['', null],
    ['---', null],
    ['ws.example.com', null],
    ['*', null],
    ['wörk', null],
    ['\u212Aelvin', null],
    ['a b', null],
    ['ws\n', 'ws'],
  ])('%j is %j', (text, label) => {
    expect(storedLabel(text)).toBe(label);
    if (label !== null) expect(dnsLabel(text)).toBe(label);
    else
      expect(() => dnsLabel(text)).toThrow(
        expect.objectContaining({ kind: 'usage', code: 'dns/label-invalid' }),
      );
  });

  test('a label is the label of itself, and is one in DNS', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const label = storedLabel(text);
        if (label === null) return;
        expect(label).toMatch(/^(?!-)[a-z0-9-]{1,63}(?<!-)$/);
        expect(storedLabel(label)).toBe(label);
      }),
    );
  });

  test('every name of a project has one', () => {
    const project = fc.stringMatching(/^[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/);
    fc.assert(fc.property(project, (name) => storedLabel(name) !== null));
  });
});

test('names are compared without case and the dot at the end', () => {
  expect(plainName(' Example.COM. ')).toBe('example.com');
});
