import type { ReactNode } from 'react';
import type { Card as CardData } from '../card.ts';
import { layoutCard } from '../layout.ts';
import type { Painter } from '../theme.ts';
import { Lines } from './Lines.tsx';

export interface CardProps {
  readonly card: CardData;
  /** Cells of a line. */
  readonly columns: number;
  /** Cells of the label column, for cards that stand together; by default what this card needs. */
  readonly labels?: number;
  readonly paint: Painter;
}

/**
 * A card on a terminal. The layout is the one of the plain renderer, so that both always say the same.
 *
 *     gh200-devbox
 *             ID:  646044a5f4ee41ff829613a9cbd22438
 *         Status:  active
 */
export function Card({ card, columns, labels, paint }: CardProps): ReactNode {
  return <Lines lines={layoutCard(card, columns, labels)} paint={paint} />;
}
