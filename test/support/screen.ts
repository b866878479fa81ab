/**
 * A terminal's screen after a program has written to it: cursor movement, erasing and scrolling are carried out, so
 * that a test sees what a user would still see. Knows what devbox and Ink write; any other control sequence throws.
 */
export interface Screen {
  /** Everything still visible, scrollback included; trailing spaces and empty lines are left out. */
  readonly text: string;
  readonly cursorVisible: boolean;
  /** Column of the cursor, from 0. */
  readonly column: number;
  /** Whether any text was coloured or otherwise styled. */
  readonly styled: boolean;
}

/** Modes that show nothing: synchronised output, and a shell's bracketed paste. */
const invisible: ReadonlySet<string> = new Set(['?2026', '?2004']);

/**
 * Replays what was written.
 * @param columns width of the terminal; its height does not matter, since nothing addresses rows absolutely.
 */
export function replay(output: string, columns: number): Screen {
  const lines: string[][] = [[]];
  let row = 0;
  let column = 0;
  let kept: [row: number, column: number] = [0, 0];
  let cursorVisible = true;
  let styled = false;

  const line = (): string[] => {
    while (lines.length <= row) lines.push([]);
    return lines[row] ?? [];
  };
  const put = (character: string): void => {
    if (column >= columns) {
      row++;
      column = 0;
    }
    const target = line();
    while (target.length < column) target.push(' ');
    target[column] = character;
    column++;
  };
  const control = (parameters: string, final: string): void => {
    const count = Math.max(1, Number.parseInt(parameters, 10) || 1);
    if (final === 'A') row = Math.max(0, row - count);
    else if (final === 'B') row += count;
    else if (final === 'C') column = Math.min(columns - 1, column + count);
    else if (final === 'D') column = Math.max(0, column - count);
    else if (final === 'E') [row, column] = [row + count, 0];
    else if (final === 'F') [row, column] = [Math.max(0, row - count), 0];
    else if (final === 'G') column = count - 1;
    else if (final === 'J') [line().length, lines.length] = [Math.min(line().length, column), row + 1];
    else if (final === 'K') line().length = parameters === '2' ? 0 : Math.min(line().length, column);
    else if (final === 'm') styled = true;
    else if (parameters === '?25') cursorVisible = final === 'h';
    else if (!invisible.has(parameters))
      throw new Error(`unexpected control sequence: ${parameters}${final}`);
  };

  // What Ctrl-C cut short.
  const whole = output.replace(/\u001b(?:\[[0-9;?]*)?(?=\^C)/g, '');
  for (const [part, parameters, final] of whole.matchAll(/\u001b\[([0-9;?]*)([A-Za-z])|\u001b[78]|./gsu)) {
    if (final !== undefined) control(parameters ?? '', final);
    else if (part === '\u001b7') kept = [row, column];
    else if (part === '\u001b8') [row, column] = kept;
    else if (part === '\n') row++;
    else if (part === '\r') column = 0;
    else if (part < ' ') throw new Error(`unexpected control character: ${JSON.stringify(part)}`);
    else put(part);
  }
  line();
  const text = lines.map((cells) => cells.join('').trimEnd()).join('\n');
  return { text: text.trimEnd(), cursorVisible, column, styled };
}
