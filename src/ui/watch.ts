import type { Output } from '../base/context.ts';
import { plainView } from './plain.ts';
import type { View } from './view.ts';
import type { Write } from './writer.ts';

/** A view at the end of a terminal's output that is drawn again and again. */
export interface Watch {
  /** @returns whether anybody still reads. */
  show(view: Pick<View, 'cards' | 'footer'>): Promise<boolean>;
  /** Leaves the last one where it is, whole, and shows the cursor again. */
  stop(): Promise<void>;
}

export interface WatchOptions {
  /** A terminal. */
  readonly output: Output;
  readonly write: Write;
  readonly color: boolean;
}

const hideCursor = '\u001b[?25l';
const showCursor = '\u001b[?25h';
const savePlace = '\u001b7';
const toPlace = '\u001b8';
const eraseBelow = '\u001b[J';
/** A terminal that knows these shows what is between them at once. */
const [together, shown] = ['\u001b[?2026h', '\u001b[?2026l'];

/**
 * Begins to watch. Whoever shows decides how often; neither stdin nor signals are touched.
 *
 * Ctrl-C makes a terminal's driver throw away what was written and not taken yet, so the cursor may be anywhere in a view
 * that was being drawn, or that was erased to be drawn. Each view therefore begins at a place that the terminal keeps, and
 * the last one is drawn once more when the watching ends.
 */
export function startWatch({ output, write, color }: WatchOptions): Watch {
  let last = '';
  let views = 0;
  const restore = (): void => void output.stream.write(showCursor);

  const draw = (text: string): Promise<boolean> => {
    const height = text.split('\n').length - 1;
    // Scrolls before the place is kept: it is one of the screen, not of the text on it.
    const room = height === 0 ? '' : `${'\n'.repeat(height)}\u001b[${height}A\r`;
    return write(
      [together, hideCursor, views === 0 ? '' : toPlace, room, savePlace, eraseBelow, text, shown].join(''),
    );
  };

  return {
    show(view) {
      if (views === 0) process.on('exit', restore);
      last = plainView(view, { columns: output.columns || 80, color });
      const drawn = draw(last);
      views += 1;
      return drawn;
    },
    async stop() {
      process.off('exit', restore);
      // Where nothing was drawn before it, the place of the only view may be what was thrown away.
      if (views > 1) await draw(last);
      if (views > 0) await write(showCursor);
    },
  };
}
