import { expect, test } from '@jest/globals';
import { type Card, type Text, token } from '../../../src/ui/card.ts';
import { plainCards, plainLine, plainView } from '../../../src/ui/plain.ts';
import { imageCard, instanceCard, rulesetCard, typeCard } from '../../support/cards.ts';

const page = Number.POSITIVE_INFINITY;
const show = (cards: readonly Card[], columns: number): string =>
  `\n${plainCards(cards, { columns, color: false })}`;

test('an instance at 80 columns', () => {
  expect(show([instanceCard], 80)).toMatchInlineSnapshot(`
"
gh200-devbox
        ID:  646044a5f4ee41ff829613a9cbd22438
    Status:  active
        IP:  192.222.58.14
       SSH:  ssh gh200-devbox
    Region:  us-east-3
      Type:  gpu_1x_gh200
"
`);
});
test('an instance at 40 columns', () => {
  expect(show([instanceCard], 40)).toMatchInlineSnapshot(`
"
gh200-devbox
        ID:  646044a5f4ee41ff829613a9cbd
             22438
    Status:  active
        IP:  192.222.58.14
       SSH:  ssh gh200-devbox
    Region:  us-east-3
      Type:  gpu_1x_gh200
"
`);
});
test('a type at 80 columns', () => {
  expect(show([typeCard], 80)).toMatchInlineSnapshot(`
"
gpu_8x_h100_sxm5 - 8x H100 (80 GB SXM5)
  GPU Type:  H100 (80 GB SXM5)
      GPUs:  8
     vCPUs:  208
       RAM:  1800 GiB
   Storage:  22528 GiB
     Price:  $23.92 per hour, $574.08 per day, $17461.60 per month
 Available:  us-east-3, us-west-1
"
`);
});
test('a type at 40 columns', () => {
  expect(show([typeCard], 40)).toMatchInlineSnapshot(`
"
gpu_8x_h100_sxm5 - 8x H100 (80 GB SXM5)
  GPU Type:  H100 (80 GB SXM5)
      GPUs:  8
     vCPUs:  208
       RAM:  1800 GiB
   Storage:  22528 GiB
     Price:  $23.92 per hour, $574.08
             per day, $17461.60 per
             month
 Available:  us-east-3, us-west-1
"
`);
});
test('an image with its table at 80 columns', () => {
  expect(show([imageCard], 80)).toMatchInlineSnapshot(`
"
Lambda Stack 24.04
  Description:  Ubuntu 24.04 with drivers, CUDA and the usual frameworks
       Family:  lambda-stack-24-04
      Version:  24.4.1
 Architecture:  arm64
    ID                                    Region     Created     Updated
    e57d5fc7-36e7-4f9a-953f-3429c1f7e3b7  us-east-3  2025-01-02  2025-03-04
    0b5f30a8-9f1c-4a8e-8d7e-8c9f4a3d2e1b  us-west-1  2024-11-30  2025-03-04
"
`);
});
test('an image whose table does not fit into 40 columns is a list of blocks', () => {
  expect(show([imageCard], 40)).toMatchInlineSnapshot(`
"
Lambda Stack 24.04
  Description:  Ubuntu 24.04 with
                drivers, CUDA and the
                usual frameworks
       Family:  lambda-stack-24-04
      Version:  24.4.1
 Architecture:  arm64

           ID:  e57d5fc7-36e7-4f9a-953f-
                3429c1f7e3b7
       Region:  us-east-3
      Created:  2025-01-02
      Updated:  2025-03-04

           ID:  0b5f30a8-9f1c-4a8e-8d7e-
                8c9f4a3d2e1b
       Region:  us-west-1
      Created:  2024-11-30
      Updated:  2025-03-04
"
`);
});
test('the widest column of a table wraps where that is enough', () => {
  expect(show([rulesetCard], 60)).toMatchInlineSnapshot(`
"
web
        ID:  c4d291f47f9d436fa39f58493ce3b50d
     Rules:  2
    Protocol  Ports  Source      Description
    tcp       22     0.0.0.0/0   Secure shell for everybody
                                 who has been given a key
    icmp      -      10.0.0.0/8  Ping
"
`);
});
test('a table on a page is never wrapped', () => {
  expect(show([rulesetCard], page)).toMatchInlineSnapshot(`
"
web
        ID:  c4d291f47f9d436fa39f58493ce3b50d
     Rules:  2
    Protocol  Ports  Source      Description
    tcp       22     0.0.0.0/0   Secure shell for everybody who has been given a key
    icmp      -      10.0.0.0/8  Ping
"
`);
});
test('cards together share the column of their values', () => {
  expect(
    show([instanceCard, { title: 'storage', rows: [{ label: 'Mount Point', value: '/data' }] }], 80),
  ).toMatchInlineSnapshot(`
"
gh200-devbox
          ID:  646044a5f4ee41ff829613a9cbd22438
      Status:  active
          IP:  192.222.58.14
         SSH:  ssh gh200-devbox
      Region:  us-east-3
        Type:  gpu_1x_gh200

storage
 Mount Point:  /data
"
`);
});
test('a footer stands after an empty line, and alone without one', () => {
  const options = { columns: 80, color: false };
  const footer = ['1 instance', ['Remove it: ', token('command', 'devbox down box')]];
  const cards = [{ title: 'box', rows: [{ label: 'ID', value: '1' }] }];
  expect(`\n${plainView({ cards, footer }, options)}`).toMatchInlineSnapshot(`
"
box
        ID:  1

1 instance
Remove it: devbox down box
"
`);
  expect(plainView({ cards: [], footer }, options)).toBe('1 instance\nRemove it: devbox down box\n');
  expect(plainView({ cards: [] }, options)).toBe('');
});
test('colour goes around words and never around the space before them', () => {
  const cards: Card[] = [
    {
      title: 'web',
      mood: 'warning',
      rows: [{ label: 'Status', value: [token('bad', 'unhealthy'), ' since ', token('dim', 'noon')] }],
    },
  ];
  expect(plainCards(cards, { columns: 80, color: true }).split('\n')).toEqual([
    '\u001b[1m\u001b[33mweb\u001b[39m\u001b[22m',
    '    \u001b[2mStatus:\u001b[22m  \u001b[31munhealthy\u001b[39m since \u001b[2mnoon\u001b[22m',
    '',
  ]);
});

const lines: readonly { name: string; text: Text; columns: number; expected: string[] }[] = [
  { name: 'a text that fits stays', text: 'one two', columns: 7, expected: ['one two'] },
  { name: 'a line ends at a space', text: 'one two three', columns: 8, expected: ['one two', 'three'] },
  {
    name: 'a word keeps together',
    text: 'an extraordinary day',
    columns: 13,
    expected: ['an', 'extraordinary', 'day'],
  },
  {
    name: 'a word wider than a line is cut without a mark',
    text: 'to 646044a5f4ee41ff ok',
    columns: 10,
    expected: ['to', '646044a5f4', 'ee41ff ok'],
  },
  { name: 'line breaks in a text are kept', text: 'one\n\ntwo', columns: 80, expected: ['one', '', 'two'] },
  { name: 'a page has no edge', text: 'x'.repeat(500), columns: page, expected: ['x'.repeat(500)] },
  {
    name: 'wide characters take two cells',
    text: '日本語 テスト',
    columns: 7,
    expected: ['日本語', 'テスト'],
  },
  {
    name: 'a wide word is cut between characters',
    text: '日本語テスト',
    columns: 5,
    expected: ['日本', '語テ', 'スト'],
  },
  {
    name: 'a combining mark stays with its letter',
    text: 'e\u0301e\u0301e\u0301',
    columns: 2,
    expected: ['e\u0301e\u0301', 'e\u0301'],
  },
  { name: 'a tab becomes spaces', text: 'a\tb', columns: 80, expected: ['a  b'] },
  {
    name: 'a break inside tokens keeps every character',
    text: ['run ', token('command', 'devbox down box'), ' now'],
    columns: 12,
    expected: ['run devbox', 'down box now'],
  },
];

test.each(lines)('$name', ({ text, columns, expected }) => {
  expect(plainLine(text, { columns, color: false })).toBe(expected.map((line) => `${line}\n`).join(''));
});

const listCard: Card = {
  title: '',
  rows: [],
  table: {
    look: 'list',
    columns: ['NAME', 'STATUS', 'UPTIME'],
    rows: [
      ['my-training-job', [token('good', 'running')], '2h 15m'],
      ['test', [token('dim', 'stopped')], '-'],
    ],
  },
};

test('a list has no title and stands at the margin', () => {
  expect(show([listCard], 80)).toMatchInlineSnapshot(`
"
NAME             STATUS   UPTIME
my-training-job  running  2h 15m
test             stopped  -
"
`);
});
test('a list that does not fit is a block for each thing', () => {
  expect(show([listCard], 20)).toMatchInlineSnapshot(`
"
      NAME:  my-trainin
             g-job
    STATUS:  running
    UPTIME:  2h 15m

      NAME:  test
    STATUS:  stopped
    UPTIME:  -
"
`);
});
test('the headings of a list are cyan', () => {
  expect(plainCards([listCard], { columns: 80, color: true }).split('\n')[0]).toContain(
    '\u001b[36mNAME\u001b[39m',
  );
});
