import { type Token, token } from './card.ts';

/** Cells of a bar. */
const width = 20;

/** `████████░░░░░░░░░░░░`: how full something is. @param share from 0 to 1; what is outside counts as the nearest. */
export function bar(share: number): Token[] {
  const full = Math.round(Math.min(1, Math.max(0, share)) * width);
  const tone = share >= 0.9 ? 'bad' : share >= 0.7 ? 'busy' : 'good';
  return [token(tone, '█'.repeat(full)), token('dim', '░'.repeat(width - full))];
}
