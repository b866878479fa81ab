import { afterEach, describe, expect, test } from '@jest/globals';
import { cleanup, render } from 'ink-testing-library';
import { Card } from '../../../../src/ui/ink/Card.tsx';
import { printCards } from '../../../../src/ui/ink/index.tsx';
import { plainCards, plainView } from '../../../../src/ui/plain.ts';
import { painter } from '../../../../src/ui/theme.ts';
import { imageCard, instanceCard, rulesetCard, typeCard } from '../../../support/cards.ts';

afterEach(cleanup);

const cards = [
  { name: 'an instance', card: instanceCard },
  { name: 'a type', card: typeCard },
  { name: 'an image', card: imageCard },
  { name: 'a ruleset', card: rulesetCard },
];

describe.each([80, 40])('at %d columns', (columns) => {
  test.each(cards)('$name says what the plain card says', ({ card }) => {
    const { lastFrame } = render(<Card card={card} columns={columns} paint={painter(false)} />);
    expect(`${lastFrame()}\n`).toBe(plainCards([card], { columns, color: false }));
  });

  test.each(cards)('$name has the colours of the theme', ({ card }) => {
    const printed = printCards({ cards: [card] }, { columns, color: true });
    expect(printed).toBe(plainCards([card], { columns, color: true }));
  });
});

test('cards and footer stand together as on a page', () => {
  const view = { cards: [instanceCard, imageCard], footer: ['1 instance', '1 image'] };
  const options = { columns: 80, color: false };
  expect(printCards(view, options)).toBe(plainView(view, options));
});
