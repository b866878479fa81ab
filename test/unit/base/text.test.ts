import { describe, expect, test } from '@jest/globals';
import { cleanLogLine, withoutColours } from '../../../src/base/text.ts';

describe('a line of a log', () => {
  test.each([
    ['plain text with\ta tab', 'plain text with\ta tab'],
    ['ends with a carriage return\r', 'ends with a carriage return'],
    [' 10%\r 50%\r100%', '100%'],
    [' 10%\r100%\r\r', '100%'],
    ['\u001b[31mred\u001b[0m', '\u001b[31mred\u001b[0m'],
    ['\u001b[1;31mred to the end', '\u001b[1;31mred to the end\u001b[0m'],
    ['\u001b[2J\u001b[Hcleared', 'cleared'],
    ['\u001b]0;title\u0007text', 'text'],
    ['\u001b[31m\u001b[2Jboth\u001b[m', '\u001b[31mboth\u001b[m'],
    ['bell\u0007 and \u202eturned', 'bell and turned'],
  ])('%j is shown as %j', (line, clean) => expect(cleanLogLine(line)).toBe(clean));

  test('has no colours where there are none', () => {
    expect(withoutColours('\u001b[1;31mred\u001b[0m and \u001b[4mline\u001b[m')).toBe('red and line');
  });
});
