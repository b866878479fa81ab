import { maxLineBytes } from '../log-room.ts';
import { FrameParser } from './demux.ts';

/** A line of a log, with its time in a form that can be compared as text. */
export interface Line {
  readonly key: string;
  readonly stream: 'stdout' | 'stderr';
  readonly text: string;
}

/** A time in milliseconds since 1970 as lines' times are written: RFC 3339 in UTC with nine digits of a second. */
export function timeKey(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace('Z', '000000Z');
}

/** Whether a line may have been written at a time in milliseconds since 1970 or later; its own may be whole seconds. */
export function isSince({ key }: Line, since: number): boolean {
  return key.endsWith('.000000000Z') ? Date.parse(key) + 999 >= since : key >= timeKey(since);
}

/**
 * The lines in an engine's answer, where each message is a time and a line, or a time and a part of a long one.
 * @param isOver whether nothing will be added to a line that has no end yet; otherwise it is left for later.
 */
export function readLines(answer: Buffer, isOver: boolean): Line[] {
  const lines: (Line & { readonly isUnfinished: boolean })[] = [];
  const last: { stdout?: number; stderr?: number } = {};
  for (const { stream, bytes } of new FrameParser().add(answer)) {
    const message = bytes.toString('utf8');
    const at = message.indexOf(' ');
    const isUnfinished = !message.endsWith('\n');
    const text = message.slice(at + 1, isUnfinished ? undefined : -1);
    const index = last[stream];
    const before = index === undefined ? undefined : lines[index];
    const isPart = before?.isUnfinished && Buffer.byteLength(before.text) + bytes.length <= maxLineBytes;
    if (index !== undefined && isPart) {
      lines[index] = { ...before, text: before.text + text, isUnfinished };
    } else {
      if (index !== undefined && before?.isUnfinished) lines[index] = { ...before, isUnfinished: false };
      last[stream] = lines.length;
      lines.push({ key: normalTime(message.slice(0, at)), stream, text, isUnfinished });
    }
  }
  return lines
    .filter(({ isUnfinished }) => isOver || !isUnfinished)
    .map(({ key, stream, text }) => ({ key, stream, text }));
}

function normalTime(text: string): string {
  const [, whole = '', fraction = '', zone = 'Z'] =
    /^(\S+?T[\d:]+)(?:\.(\d+))?(Z|[+-][\d:]+)$/.exec(text) ?? [];
  const milliseconds = Date.parse(`${whole}${zone}`);
  if (Number.isNaN(milliseconds)) return timeKey(0);
  const seconds = new Date(milliseconds).toISOString().slice(0, 19);
  return `${seconds}.${fraction.padEnd(9, '0').slice(0, 9)}Z`;
}
