/** Words as one line for `sh`, each reaching the program exactly as it is. */
export function shellLine(words: readonly string[]): string {
  return words.map(shellWord).join(' ');
}

/** One word for `sh`: left alone where it is harmless, otherwise in single quotes. */
export function shellWord(word: string): string {
  // `=` is left out on purpose: a first word `A=1` would be an assignment.
  return /^[A-Za-z0-9_\-.,/:@%+]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
