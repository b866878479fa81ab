import { ComposeError } from '../errors.ts';
import { typedValue } from '../override/lexer.ts';
import { Float, type Key, type Scalar } from '../scalars.ts';
import type { Argument, Interpolation, Part, Text } from './syntax.ts';

const cache = new Map<string, Text>();
const cacheLimit = 5000;

/**
 * Parses a text with interpolations. `\${` stands for `${`; of backslashes before an interpolation, two stand for one.
 * @throws ComposeError `interpolation/syntax`.
 */
export function parseText(text: string): Text {
  const known = cache.get(text);
  if (known !== undefined) return known;
  const scanner = new Scanner(text);
  const parsed = scanner.text(undefined);
  if (cache.size >= cacheLimit) cache.clear();
  cache.set(text, parsed);
  return parsed;
}

/**
 * Parses a single value by the grammar of resolver arguments: `5`, `[a, ${b}]`, `{x: 1}`, `'quoted'`.
 * @throws ComposeError `interpolation/syntax`.
 */
export function parseValue(text: string): Argument {
  const scanner = new Scanner(text);
  const value = scanner.value();
  scanner.end();
  return value;
}

/** Deeper nesting than this is refused, so that no input can exhaust the stack. */
const maxDepth = 200;

const id = /[A-Za-z_][A-Za-z0-9_]*/y;
const configKey = /[^\\{}()[\]:. \t'"]+/y;
const space = /[ \t]*/y;
const number =
  /[+-]?(?:(?:(?:0|[1-9](?:_?\d)*)?\.\d(?:_?\d)*|(?:0|[1-9](?:_?\d)*)\.?)(?:e[+-]?\d(?:_?\d)*)?|inf|nan)/iy;
const keyword = /^(?:inf|nan|true|false|null)$/i;
const nameless = /:\s*[a-z_0-9/\-+.$%*@?|]+(?:\s*,\s*[a-z_0-9/\-+.$%*@?|]+)*\s*\}/iy;
const escapes = /(?:\\[\\()[\]{}:=, \t])+/y;

class Scanner {
  private at = 0;
  private depth = 0;
  private readonly source: string;

  constructor(source: string) {
    this.source = source;
  }

  end(): void {
    if (this.at < this.source.length) throw this.error();
  }

  /** Text up to the end, or up to the closing quote, which is taken. */
  text(quote: "'" | '"' | undefined): Text {
    const parts: Part[] = [];
    let literal = '';
    for (;;) {
      const char = this.source.charAt(this.at);
      if (char === quote || char === '') {
        if (char !== (quote ?? '')) throw this.error('the quote is never closed');
        this.at += char.length;
        break;
      }
      if (char === '\\') literal += this.backslashes(quote);
      else if (char === '$' && this.source.charAt(this.at + 1) === '{') {
        if (literal !== '') parts.push(literal);
        literal = '';
        parts.push(this.interpolation());
      } else {
        literal += char;
        this.at++;
      }
    }
    if (literal !== '' || parts.length === 0) parts.push(literal);
    return parts;
  }

  /** A run of backslashes: halved where it stands before `${`, a closing quote or the quote that it escapes. */
  private backslashes(quote: string | undefined): string {
    const start = this.at;
    while (this.source.charAt(this.at) === '\\') this.at++;
    const count = this.at - start;
    const half = '\\'.repeat(count >> 1);
    if (this.source.startsWith('${', this.at)) {
      if (count % 2 === 0) return half;
      this.at += 2;
      return `${half}\${`;
    }
    if (quote !== undefined && this.source.charAt(this.at) === quote) {
      if (count % 2 === 0) return half;
      this.at++;
      return half + quote;
    }
    return '\\'.repeat(count);
  }

  private interpolation(): Interpolation {
    if (++this.depth > maxDepth) throw this.error('it is nested too deep');
    const start = this.at;
    this.at += 2;
    this.skipSpace();
    const call = this.resolverName();
    const found =
      call === undefined ? this.reference() : { kind: 'call' as const, name: call, args: this.arguments() };
    this.depth--;
    return { ...found, text: this.source.slice(start, this.at) };
  }

  /** The name in front of a colon; undefined, with nothing taken, where this is no call of a resolver. */
  private resolverName(): Text | undefined {
    const start = this.at;
    const name: Part[] = [];
    // A call without a name fails only when it is resolved, if its arguments are plain words.
    if (this.depth === 1 && this.peek(nameless, start) !== '') {
      this.match(/:[ \t]*/y);
      return [''];
    }
    for (;;) {
      if (this.source.startsWith('${', this.at)) {
        name.push(this.interpolation());
      } else {
        const word = this.match(id);
        // A longer key, such as `a-b`, is one token that no name consists of.
        if (word === '' || this.peek(configKey, this.at) !== '') break;
        name.push(word);
      }
      if (this.source.charAt(this.at) === '.') {
        this.at++;
        name.push('.');
        continue;
      }
      const before = this.at;
      this.skipSpace();
      if (this.source.charAt(this.at) === ':') {
        this.at++;
        this.skipSpace();
        return name;
      }
      this.at = before;
      break;
    }
    this.at = start;
    return undefined;
  }

  private reference(): { kind: 'node'; key: Text } {
    const key: Part[] = [this.match(/\.*/y)];
    this.segment(key);
    for (;;) {
      const char = this.source.charAt(this.at);
      if (char === '.') {
        this.at++;
        key.push('.');
        this.keyPart(key);
      } else if (char === '[') this.segment(key);
      else break;
    }
    this.skipSpace();
    if (this.source.charAt(this.at) !== '}') throw this.error();
    this.at++;
    return { kind: 'node', key: joined(key) };
  }

  private segment(key: Part[]): void {
    if (this.source.charAt(this.at) !== '[') {
      this.keyPart(key);
      return;
    }
    this.at++;
    key.push('[');
    this.keyPart(key);
    if (this.source.charAt(this.at) !== ']') throw this.error();
    this.at++;
    key.push(']');
  }

  private keyPart(key: Part[]): void {
    if (this.source.startsWith('${', this.at)) {
      key.push(this.interpolation());
      return;
    }
    const text = this.match(configKey);
    if (text === '') throw this.error();
    key.push(text);
  }

  /** Arguments up to the closing brace, which is taken. An argument left out is an empty text. */
  private arguments(): Argument[] {
    const args = this.sequence('}');
    if (this.source.charAt(this.at) !== '}') throw this.error();
    this.at++;
    return args;
  }

  private sequence(close: string): Argument[] {
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

  /** Whether only space stands before the closing character; the space is taken then. */
  private closes(close: string): boolean {
    const end = this.at + this.peek(space, this.at).length;
    if (this.source.charAt(end) !== close) return false;
    this.at = end;
    return true;
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

  private followedBy(char: string): boolean {
    return this.source.charAt(this.at + this.peek(space, this.at).length) === char;
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

  private skipSpace(): void {
    this.at += this.peek(space, this.at).length;
  }

  private match(pattern: RegExp): string {
    const found = this.peek(pattern, this.at);
    this.at += found.length;
    return found;
  }

  private peek(pattern: RegExp, at: number): string {
    pattern.lastIndex = at;
    return pattern.exec(this.source)?.[0] ?? '';
  }

  private error(reason?: string): ComposeError {
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
function joined(parts: readonly Part[]): Text {
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
