import type { LogEntry } from '../../remote/access.ts';
import { token } from '../../ui/card.ts';
import type { ResultLine } from '../../ui/view.ts';

/** Makes a line of a log what is shown of it: stderr in another colour, times where they are wanted. */
export function toLine({ timestamps }: { readonly timestamps: boolean }): (entry: LogEntry) => ResultLine {
  return ({ time, stream, text }) => ({
    text: [
      ...(timestamps && time !== null ? [token('dim', `${time} `)] : []),
      stream === 'stderr' ? token('busy', text) : text,
    ],
    json: { time, stream, text },
  });
}
