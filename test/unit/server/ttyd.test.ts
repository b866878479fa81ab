import { describe, expect, test } from '@jest/globals';
import {
  closeCode,
  decodeClientMessage,
  decodeServerMessage,
  encodeHello,
  encodeInput,
  encodeOutput,
  encodePreferences,
  encodeResize,
  encodeTitle,
  exitCodeFrom,
} from '../../../src/server/wire/ttyd.ts';

describe('what clients send', () => {
  const usual = { columns: 80, rows: 24 };
  const cases: [string, string | Buffer, unknown][] = [
    ['input', '0ls\r', { type: 'input', bytes: Buffer.from('ls\r') }],
    ['input that is no text', Buffer.from([0x30, 0xff, 0]), { type: 'input', bytes: Buffer.from([0xff, 0]) }],
    ['a resize', '1{"columns":100,"rows":30}', { type: 'resize', size: { columns: 100, rows: 30 } }],
    ['a pause', '2', { type: 'pause' }],
    ['an end of the pause', '3', { type: 'resume' }],
    ['the hello', '{"AuthToken":"","columns":7,"rows":8}', { type: 'hello', size: { columns: 7, rows: 8 } }],
    ['a hello without size', '{"AuthToken":""}', { type: 'hello', size: usual }],
    ['a hello that is no JSON', '{oops', { type: 'hello', size: undefined }],
    ['sizes out of bounds', '1{"columns":0,"rows":70000}', { type: 'resize', size: usual }],
    ['sizes that are no numbers', '1{"columns":"100","rows":1.5}', { type: 'resize', size: usual }],
    ['a resize that is no JSON', '1oops', undefined],
    ['a resize that is no object', '1null', undefined],
    ['an unknown letter', '9', undefined],
    ['nothing', '', undefined],
    ['a byte value instead of a letter', Buffer.from([0, 0x61]), undefined],
  ];
  test.each(cases)('%s', (_what, message, expected) => {
    expect(decodeClientMessage(Buffer.from(message))).toEqual(expected);
  });
});

test('what one side encodes the other side decodes', () => {
  const size = { columns: 123, rows: 45 };
  const bytes = Buffer.from([0, 1, 255, 48]);
  expect(decodeClientMessage(Buffer.from(encodeHello(size)))).toEqual({ type: 'hello', size });
  expect(decodeClientMessage(encodeResize(size))).toEqual({ type: 'resize', size });
  expect(decodeClientMessage(encodeInput(bytes))).toEqual({ type: 'input', bytes });
  expect(decodeServerMessage(encodeOutput(bytes))).toEqual({ type: 'output', bytes });
  expect(decodeServerMessage(encodeTitle('täst'))).toEqual({ type: 'title', text: 'täst' });
  expect(decodeServerMessage(encodePreferences({}))).toEqual({ type: 'preferences', text: '{}' });
  expect(decodeServerMessage(Buffer.from('x'))).toBeUndefined();
});

test('a close code tells the exit status, if it is one of ours', () => {
  for (const status of [0, 1, 127, 143, 255]) expect(exitCodeFrom(closeCode(status))).toBe(status);
  expect(closeCode(0)).toBe(1000);
  for (const code of [1001, 1005, 1006, 4000, 4256]) expect(exitCodeFrom(code)).toBeUndefined();
});
