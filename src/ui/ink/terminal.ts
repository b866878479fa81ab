import { WriteStream } from 'node:tty';
import type { Output } from '../../base/context.ts';

/**
 * The terminal as Ink should see it. Where the width is unknown Ink would start other programs to find it out, and
 * where the live area is as high as the terminal it would wipe the scrollback; so it is told a width, and no height.
 */
export function terminalOf({ stream }: Output): WriteStream {
  if (!(stream instanceof WriteStream)) throw new TypeError('a live area needs a terminal');
  return new Proxy(stream, {
    get(target, property) {
      if (property === 'columns') return target.columns || 80;
      if (property === 'rows') return Number.POSITIVE_INFINITY;
      const value: unknown = Reflect.get(target, property, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
