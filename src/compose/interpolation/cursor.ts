import { ComposeError } from '../errors.ts';

/** Space inside interpolations. */
export const space = /[ \t]*/y;

/** A position in a text that interpolations are parsed from. */
export class Cursor {
  protected at = 0;
  protected readonly source: string;

  constructor(source: string) {
    this.source = source;
  }

  /** Whether only space stands before the closing character; the space is taken then. */
  protected closes(close: string): boolean {
    const end = this.at + this.peek(space, this.at).length;
    if (this.source.charAt(end) !== close) return false;
    this.at = end;
    return true;
  }

  protected followedBy(char: string): boolean {
    return this.source.charAt(this.at + this.peek(space, this.at).length) === char;
  }

  protected skipSpace(): void {
    this.at += this.peek(space, this.at).length;
  }

  protected match(pattern: RegExp): string {
    const found = this.peek(pattern, this.at);
    this.at += found.length;
    return found;
  }

  protected peek(pattern: RegExp, at: number): string {
    pattern.lastIndex = at;
    return pattern.exec(this.source)?.[0] ?? '';
  }

  protected error(reason?: string): ComposeError {
    const found = this.at >= this.source.length ? 'the end' : JSON.stringify(this.source.charAt(this.at));
    const what = reason ?? `unexpected ${found} at character ${this.at + 1}`;
    return new ComposeError(
      'interpolation/syntax',
      `bad interpolation in ${JSON.stringify(this.source)}: ${what}`,
      {
        hint: 'references are ${a.b}, calls ${name:arguments}; write \\${ for the characters themselves',
      },
    );
  }
}
