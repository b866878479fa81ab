import { type Line, timeKey } from './log-lines.ts';

/** How far one stream was read: the time of its last line, and how many of its lines of that very time. */
interface Position {
  readonly key: string;
  readonly lines: number;
}

/** How much later an engine may write a line down than one with a later time in the other stream, in milliseconds. */
const disorderMilliseconds = 2_000;

/**
 * How far a log was read. Times alone would not do: as fine as an engine tells them, many lines can be of one time
 * (Podman tells whole seconds), and between the two streams lines are not in the order of their times.
 */
export class Cursor {
  readonly #stdout: Position;
  readonly #stderr: Position;

  private constructor(stdout: Position, stderr: Position) {
    this.#stdout = stdout;
    this.#stderr = stderr;
  }

  /** Null for what `format` did not write. */
  static parse(text: string | null): Cursor | null {
    const [, outKey, outLines, errKey, errLines] = /^1,([^,]*),(\d+),([^,]*),(\d+)$/.exec(text ?? '') ?? [];
    if (outKey === undefined || errKey === undefined) return null;
    return new Cursor({ key: outKey, lines: Number(outLines) }, { key: errKey, lines: Number(errLines) });
  }

  /**
   * The place behind the last of these lines.
   * @param how where they were read from: the cursor before, the time they were asked from in milliseconds since 1970,
   *   and whether nothing is left out before them.
   */
  static after(
    lines: readonly Line[],
    how: { readonly previous: Cursor | null; readonly from: number | null; readonly isWhole: boolean },
  ): Cursor {
    const latest = lines.reduce((key, line) => (line.key > key ? line.key : key), '');
    const settled = latest === '' ? '' : timeKey(Date.parse(latest) - disorderMilliseconds);
    const place = (stream: Line['stream'], previous: Position | undefined): Position => {
      const own = lines.filter((line) => line.stream === stream);
      const last = own.reduce((key, line) => (line.key > key ? line.key : key), '');
      const start = previous ?? { key: how.from === null ? '' : timeKey(how.from), lines: 0 };
      if (last !== '' && last >= start.key) {
        const count = own.filter(({ key }) => key === last).length;
        return { key: last, lines: last === start.key ? Math.max(count, start.lines) : count };
      }
      // Silent for long: its next line is later than this, and need not be looked for in all that the other wrote.
      if (start.key < settled) return { key: how.isWhole ? settled : secondTime(lines), lines: 0 };
      return start;
    };
    const { previous } = how;
    return new Cursor(
      place('stdout', previous ? previous.#stdout : undefined),
      place('stderr', previous ? previous.#stderr : undefined),
    );
  }

  /**
   * Whether the last lines of a log say enough to be followed: in each stream that they have, all lines of the last
   * time are among them. What is left out is no later than the first of them.
   */
  static canFollow(lines: readonly Line[]): boolean {
    const first = lines[0]?.key ?? '';
    return (['stdout', 'stderr'] as const).every((stream) => {
      const last = lines.findLast((line) => line.stream === stream);
      return last ? last.key > first : secondTime(lines) > first;
    });
  }

  /** Milliseconds since 1970 from which lines have to be read; null for all of them. */
  get since(): number | null {
    const keys = [this.#stdout.key, this.#stderr.key];
    return keys.includes('') ? null : Math.min(...keys.map((key) => Date.parse(key)));
  }

  /** Those of the lines that are behind this place. */
  behind(lines: readonly Line[]): Line[] {
    const seen = { stdout: this.#stdout.lines, stderr: this.#stderr.lines };
    const at = { stdout: this.#stdout.key, stderr: this.#stderr.key };
    return lines.filter(({ key, stream }) => {
      if (key !== at[stream]) return key > at[stream];
      seen[stream]--;
      return seen[stream] < 0;
    });
  }

  format(): string {
    return [1, this.#stdout.key, this.#stdout.lines, this.#stderr.key, this.#stderr.lines].join(',');
  }
}

/** The first time after that of the first line: of this one, and of later ones, no line is left out. */
function secondTime(lines: readonly Line[]): string {
  const first = lines[0]?.key ?? '';
  return lines.find(({ key }) => key > first)?.key ?? first;
}
