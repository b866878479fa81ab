import type { Tone } from './card.ts';

/** What a run of text is: its meaning, or its place in a card. */
export type Role = Tone | 'title' | 'title-bad' | 'title-warning' | 'heading' | 'label';

/** Writes a run of text in the look of its role. */
export type Painter = (role: Role, text: string) => string;

type Look = keyof typeof codes;

/** The one table of what things look like. */
const looks: Readonly<Record<Role, readonly Look[]>> = {
  title: ['bold', 'cyan'],
  'title-bad': ['bold', 'red'],
  'title-warning': ['bold', 'yellow'],
  heading: ['cyan'],
  label: ['dim'],
  plain: [],
  dim: ['dim'],
  strong: ['bold'],
  good: ['green'],
  busy: ['yellow'],
  bad: ['red'],
  command: ['bold'],
  path: ['cyan'],
  money: ['magenta'],
};

/** SGR parameters that switch a look on and off again. */
const codes = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  magenta: [35, 39],
  cyan: [36, 39],
} as const;

/**
 * The painter for an output. Every renderer colours through it, Ink's included, so that the decision about colour
 * is devbox's alone and not that of a library which looks at the environment.
 */
export function painter(color: boolean): Painter {
  return color ? paint : (_role, text) => text;
}

function paint(role: Role, text: string): string {
  if (text === '') return text;
  return looks[role].reduceRight((inner, look) => {
    const [on, off] = codes[look];
    return `\u001b[${on}m${inner}\u001b[${off}m`;
  }, text);
}
