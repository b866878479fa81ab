import { shellWord } from '../base/shell.ts';

/** Words as a person would type them after a program's name: quoted only where a shell needs it. */
export function commandLine(words: readonly string[]): string {
  return words.map((word) => (/^[\w.\-/@+~]+=[\w.\-/@+:%]*$/.test(word) ? word : shellWord(word))).join(' ');
}
