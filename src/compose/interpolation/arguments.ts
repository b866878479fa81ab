import { typedValue } from '../override/lexer.ts';
import { Float, type Key, type Scalar } from '../scalars.ts';
import { Cursor, space } from './cursor.ts';
import type { Argument, Interpolation, Part, Text } from './syntax.ts';

/** Deeper nesting than this is refused, so that no input can exhaust the stack. */
export const maxDepth = 200;

export const id = /[A-Za-z_][A-Za-z0-9_]*/y;
const number =
  /[+-]?(?:(?:(?:0|[1-9](?:_?\d)*)?\.\d(?:_?\d)*|(?:0|[1-9](?:_?\d)*)\.?)(?:e[+-]?\d(?:_?\d)*)?|inf|nan)/iy;
const keyword = /^(?:inf|nan|true|false|null)$/i;
const escapes = /(?:\\[\\()[\]{}:=, \t])+/y;

/** The part of the grammar about arguments of resolvers; interpolations in them are the subclass's. */
export abstract class ArgumentParser extends Cursor {
  protected depth = 0;

  /** Text up to the closing quote, which is taken. */
  abstract text(quote: "'" | '"' | undefined): Text;
  protected abstract interpolation(): Interpolation;

  /** Items up to the closing character; one left out is an empty text. */
  protected sequence(close: string): Argument[] {
    const items: Argument[] = [];
    let open = true;
    if (this.closes(close)) return items;
    for (;;) {
      const before = this.at;
      this.skipSpace();
      const char = this.source.charAt(this.at);
      if (char === ',') {
        this.at++;
        this.skipSpace();
        if (open) items.push(emptyText);
        open = true;
      } else if (char === close) {
        if (open) items.push(emptyText);
        return items;
      } else {
        if (!open) throw this.error();
        this.at = before;
        items.push(this.value());
        open = false;
      }
    }
  }

  value(): Argument {
    if (++this.depth > maxDepth) throw this.error('it is nested too deep');
    try {
      return this.valueAt(this.source.charAt(this.at));
    } finally {
      this.depth--;
    }
  }

  private valueAt(char: string): Argument {
    if (char === "'" || char === '"') {
      this.at++;
      return { kind: 'text', parts: this.text(char), quoted: true };
    }
    if (char === '[') return this.list();
    if (char === '{') return this.dict();
    return this.primitive(true);
  }

  private list(): Argument {
    this.at++;
    this.skipSpace();
    const items = this.sequence(']');
    this.at++;
    return { kind: 'list', items };
  }

  private dict(): Argument {
    this.at++;
    this.skipSpace();
    const entries: [Key | null, Argument][] = [];
    if (!this.closes('}')) {
      do {
        this.skipComma(entries.length > 0);
        entries.push(this.pair());
      } while (this.followedBy(','));
    }
    if (!this.followedBy('}')) throw this.error();
    this.skipSpace();
    this.at++;
    return { kind: 'dict', entries };
  }

  private skipComma(expected: boolean): void {
    if (!expected) return;
    this.skipSpace();
    this.at++;
    this.skipSpace();
  }

  private pair(): [Key | null, Argument] {
    const key = this.primitive(false);
    if (key.kind !== 'scalar') throw this.error();
    if (!this.followedBy(':')) throw this.error();
    this.skipSpace();
    this.at++;
    this.skipSpace();
    return [asKey(key.value), this.value()];
  }

  /** A run of tokens: one alone has its type, several together are text. */
  private primitive(inValue: boolean): Argument {
    const parts: Part[] = [];
    let first: Scalar | undefined;
    let tokens = 0;
    for (;;) {
      const token = this.token(inValue);
      if (token === undefined) break;
      tokens++;
      if (typeof token === 'object') parts.push(token.part);
      else {
        if (tokens === 1) first = keyword.test(token) || /^[+-]?[.\d]/.test(token) ? typed(token) : token;
        parts.push(token.startsWith('\\') && token.length > 1 ? everySecond(token) : token);
      }
    }
    const [only] = parts;
    if (only === undefined) throw this.error();
    if (tokens === 1 && typeof only === 'string') {
      if (/^[ \t]+$/.test(only) && only === first) throw this.error();
      return { kind: 'scalar', value: typeof first === 'string' || first === undefined ? only : first };
    }
    const text = joined(parts);
    const [whole] = text;
    if (text.length === 1 && typeof whole === 'string') return { kind: 'scalar', value: whole };
    return { kind: 'text', parts: text, quoted: false };
  }

  private token(inValue: boolean): string | { part: Interpolation } | undefined {
    const char = this.source.charAt(this.at);
    if (char === ' ' || char === '\t') {
      const run = this.peek(space, this.at);
      const next = this.source.charAt(this.at + run.length);
      if (',]}'.includes(next) && next !== '') return undefined;
      if (next === ':') return inValue ? this.colon() : undefined;
      this.at += run.length;
      return run;
    }
    if (char === ':') return inValue ? this.colon() : undefined;
    if (inValue && this.source.startsWith('${', this.at)) return { part: this.interpolation() };
    const found = this.match(id) || this.match(number) || this.match(escapes);
    if (found !== '') return found;
    if (char !== '' && '/-\\+.$%*@?|'.includes(char)) {
      this.at++;
      return char;
    }
    return undefined;
  }

  /** A colon inside a value is text, with the space around it. */
  private colon(): string {
    return this.match(/[ \t]*:[ \t]*/y);
  }
}

const emptyText: Argument = { kind: 'scalar', value: '' };

function typed(token: string): Scalar {
  if (keyword.test(token)) return typedValue(token);
  number.lastIndex = 0;
  return number.exec(token)?.[0] === token ? typedValue(token) : token;
}

function everySecond(text: string): string {
  let kept = '';
  for (let at = 1; at < text.length; at += 2) kept += text.charAt(at);
  return kept;
}

/** Joins neighbouring characters. */
export function joined(parts: readonly Part[]): Text {
  const result: Part[] = [];
  for (const part of parts) {
    const last = result.at(-1);
    if (typeof part === 'string' && typeof last === 'string') result[result.length - 1] = last + part;
    else if (part !== '') result.push(part);
  }
  return result.length === 0 ? [''] : result;
}

function asKey(value: Scalar): Key | null {
  if (value instanceof Float) return value.value;
  return value instanceof Uint8Array ? null : value;
}
