import type { BoxAccess, LogPage, LogQuery } from '../../remote/access.ts';
import type { FoundBox } from '../find-box.ts';

/** Gives one page after another; one that failed may be asked for again. */
export type Pages = () => Promise<Omit<LogPage, 'cursor'>>;

/** The log of a box, each page behind the one before. */
export function logPages(access: BoxAccess, first: LogQuery): Pages {
  let query = first;
  return async () => {
    const page = await access.logs(query);
    query = { tail: null, since: null, stream: first.stream, after: page.cursor };
    return page;
  };
}

/** What happened while a box was made; ends as soon as it is made, or never will be. */
export function deployPages(access: BoxAccess, { box, provider }: Pick<FoundBox, 'box' | 'provider'>): Pages {
  let shown = '';
  return async () => {
    // Looked at first: what is written until then is in the log.
    const now = await provider.get(box.id);
    const text = await access.deployLog();
    // A log that does not go on where it was is another one: the box is made anew.
    const fresh = text.startsWith(shown) ? text.slice(shown.length) : text;
    const ended = now?.phase !== 'pending';
    const whole = ended ? fresh : fresh.slice(0, fresh.lastIndexOf('\n') + 1);
    shown = text.slice(0, text.length - fresh.length + whole.length);
    const lines = whole === '' ? [] : whole.replace(/\n$/, '').split('\n');
    return {
      entries: lines.map((line) => ({ time: null, stream: null, text: line })),
      truncated: false,
      ended,
    };
  };
}
