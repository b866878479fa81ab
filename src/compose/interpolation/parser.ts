import { ArgumentParser, id, joined, maxDepth } from './arguments.ts';
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

const configKey = /[^\\{}()[\]:. \t'"]+/y;
const nameless = /:\s*[a-z_0-9/\-+.$%*@?|]+(?:\s*,\s*[a-z_0-9/\-+.$%*@?|]+)*\s*\}/iy;

class Scanner extends ArgumentParser {
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

  protected interpolation(): Interpolation {
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
}
