import { expect, test } from '@jest/globals';
import {
  decodeFrame,
  encodeFrame,
  encodeGrant,
  encodeStretch,
  type FrameType,
  frameTypes,
  maxFrameBytes,
} from '../../../src/server/wire/exec-stream.ts';

test('every kind of frame comes out as it went in, with any bytes', () => {
  const content = Buffer.from([0, 255, 10, 0x72]);
  const types = Object.keys(frameTypes).filter((type): type is FrameType => !type.startsWith('grant'));
  for (const type of types) expect(decodeFrame(encodeFrame(type, content))).toEqual({ type, content });
  expect(new Set(Object.values(frameTypes)).size).toBe(Object.keys(frameTypes).length);
});

test('a grant carries its number', () => {
  const frame = decodeFrame(encodeGrant('grantStdout', 3_000_000_000));
  expect([frame.type, frame.content.readUInt32BE()]).toEqual(['grantStdout', 3_000_000_000]);
});

test('a long stretch is cut into frames that together are the stretch', () => {
  const bytes = Buffer.alloc(2 * maxFrameBytes + 5, 'abc');
  const frames = encodeStretch('stdout', bytes).map(decodeFrame);
  expect(frames.map(({ content }) => content.length)).toEqual([maxFrameBytes, maxFrameBytes, 5]);
  expect(Buffer.concat(frames.map(({ content }) => content)).equals(bytes)).toBe(true);
});

test.each([
  ['nothing', Buffer.alloc(0)],
  ['an unknown letter', Buffer.from('?')],
  ['a grant without its number', Buffer.from('O')],
  ['a grant with too much', Buffer.from('O12345')],
])('%s is refused', (_what, message) => {
  expect(() => decodeFrame(message)).toThrow();
});
