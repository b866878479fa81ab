import { renderToString } from 'ink';
import type { ReactNode } from 'react';
import { labelWidth } from '../layout.ts';
import type { PlainOptions } from '../plain.ts';
import { painter } from '../theme.ts';
import type { View } from '../view.ts';
import { wrap } from '../wrap.ts';
import { Card } from './Card.tsx';
import { Lines } from './Lines.tsx';

export { type Live, type LiveOptions, startLive } from './live.tsx';

/**
 * The cards of a view, drawn by Ink, and its footer, with an empty line between any two; every line is ended. They are
 * rendered to text rather than mounted: what does not change needs no cursor, and hiding it would write to stderr.
 */
export function printCards(view: Pick<View, 'cards' | 'footer'>, { columns, color }: PlainOptions): string {
  const paint = painter(color);
  const draw = (node: ReactNode): string => renderToString(node, { columns });
  const labels = labelWidth(view.cards);
  const blocks = view.cards.map((card) => draw(<Card {...{ card, columns, labels, paint }} />));
  const footer = (view.footer ?? []).flatMap((text) => wrap(text, columns));
  if (footer.length > 0) blocks.push(draw(<Lines lines={footer} paint={paint} />));
  return `${blocks.join('\n\n')}\n`;
}
