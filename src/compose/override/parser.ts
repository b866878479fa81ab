import { ComposeError } from '../errors.ts';
import { Float, type Key, type Scalar, sameKey, scalarText } from '../scalars.ts';
import type { Element, ScalarElement } from './element.ts';
import { callFunction } from './functions.ts';
import { lexValue, type Token, type TokenType, typedValue, unquote } from './lexer.ts';

export type OverrideType = 'change' | 'add' | 'force-add' | 'delete';

/** One override as the engine keeps it. */
export interface ParsedOverride {
  readonly type: OverrideType;
  readonly key: string;
  /** What stands after `@`; null without one. */
  readonly package: string | null;
  /** Null where a deletion has no `=`. */
  readonly element: Element | null;
  readonly text: string;
}

const id = '[A-Za-z_][A-Za-z0-9_-]*';
const special = '[A-Za-z_$][A-Za-z0-9_$-]*';
const step = `(?:${special}|0|[1-9](?:_?[0-9])*)`;
const path = `(?:${step}(?:\\.${step})+|${special})?`;
const shape = new RegExp(`^(~|\\+\\+?)?(${id}(?:/${id})+|${path})(?:@(${path}))?(?:(=)|$)`);

const types: Readonly<Record<string, OverrideType>> = { '+': 'add', '++': 'force-add', '~': 'delete' };

/**
 * Parses one override: `key=value`, `+key=value`, `++key=value`, `~key[=value]`, each with an optional `@package`.
 * @throws ComposeError `override/syntax` or `override/function`.
 */
export function parseOverrideText(text: string): ParsedOverride {
  const match = shape.exec(text);
  const equals = match?.[4] !== undefined;
  if (match === null || (!equals && match[1] !== '~')) throw badKey(text);
  const type = types[match[1] ?? ''] ?? 'change';
  const head = { type, key: match[2] ?? '', package: match[3] ?? null, text };
  if (!equals) return { ...head, element: null };
  return { ...head, element: parseValue(text, skipSpace(text, match[0].length)) };
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (text.charAt(at) === ' ' || text.charAt(at) === '\t') at++;
  return at;
}

function badKey(text: string): ComposeError {
  const equals = text.indexOf('=');
  const key = equals < 0 ? text : text.slice(0, equals);
  if (equals < 0) {
    return new ComposeError('override/syntax', `${JSON.stringify(text)} is no override: there is no =`, {
      hint: 'write key=value, +key=value, ++key=value or ~key',
    });
  }
  return new ComposeError('override/syntax', `${JSON.stringify(key)} is no key, in ${JSON.stringify(text)}`, {
    hint: 'keys are words joined by dots, groups are words joined by slashes, without spaces',
  });
}

/** Parses what follows the `=`; nothing at all is the empty string. */
function parseValue(text: string, at: number): Element {
  if (at >= text.length) return { kind: 'scalar', value: '', text: '', start: at, end: at };
  const parser = new ValueParser(text, lexValue(text, at));
  const first = parser.element();
  if (parser.type() !== ',') {
    parser.expect('end');
    return first;
  }
  const list = [first];
  while (parser.type() === ',') {
    parser.advance();
    list.push(parser.element());
  }
  parser.expect('end');
  return { kind: 'choice', list, simple: true, shuffle: false, tags: [] };
}

/** Deeper nesting than this is refused, so that no input can exhaust the stack. */
const maxDepth = 500;

const inPrimitive = new Set<TokenType>(['id', 'typed', 'char', 'escape', 'interpolation', ':', 'space']);
const inKey = new Set<TokenType>(['id', 'typed', 'char', 'escape', 'space']);

class ValueParser {
  private at = 0;
  private depth = 0;
  private readonly text: string;
  private readonly tokens: readonly Token[];

  constructor(text: string, tokens: readonly Token[]) {
    this.text = text;
    this.tokens = tokens;
  }

  type(ahead = 0): TokenType {
    return this.tokens[this.at + ahead]?.type ?? 'end';
  }

  advance(): Token {
    const token = this.tokens[this.at];
    if (token === undefined) throw this.unexpected();
    this.at++;
    return token;
  }

  expect(type: TokenType): Token {
    if (this.type() !== type) throw this.unexpected();
    return this.advance();
  }

  element(): Element {
    if (++this.depth > maxDepth) {
      throw new ComposeError('override/syntax', `the value is nested more than ${maxDepth} deep`);
    }
    try {
      return this.elementOf(this.type());
    } finally {
      this.depth--;
    }
  }

  private elementOf(type: TokenType): Element {
    if (type === '[') return this.list();
    if (type === '{') return this.dict();
    if (type === 'quoted') return this.quoted();
    if (type === 'id' && this.type(1) === '(') return this.call();
    return this.primitive(inPrimitive);
  }

  private list(): Element {
    const { start } = this.advance();
    const items = this.type() === ']' ? [] : this.series(() => this.element());
    const end = this.expect(']');
    return { kind: 'list', items, start, end: end.start + end.text.length };
  }

  private dict(): Element {
    const { start } = this.advance();
    const entries: [Key | null, Element, string][] = [];
    if (this.type() !== '}') {
      for (const [key, value, printed] of this.series(() => this.pair())) {
        const known = entries.find(([other]) => sameKey(other, key));
        if (known === undefined) entries.push([key, value, printed]);
        else known[1] = value;
      }
    }
    const end = this.expect('}');
    return { kind: 'dict', entries, start, end: end.start + end.text.length };
  }

  private pair(): [Key | null, Element, string] {
    const key = this.primitive(inKey).value;
    this.expect(':');
    return [asKey(key), this.element(), key === null ? 'null' : scalarText(key)];
  }

  private series<T>(item: () => T): T[] {
    const items = [item()];
    while (this.type() === ',') {
      this.advance();
      items.push(item());
    }
    return items;
  }

  private call(): Element {
    const name = this.advance();
    this.advance();
    const positional: Element[] = [];
    const named = new Map<string, Element>();
    if (this.type() !== ')') {
      this.series(() => {
        if (this.type() === 'id' && this.type(1) === '=') {
          const { text } = this.advance();
          this.advance();
          named.set(text, this.element());
        } else if (named.size > 0) {
          throw new ComposeError(
            'override/function',
            `${name.text}(): an unnamed argument follows a named one`,
          );
        } else {
          positional.push(this.element());
        }
      });
    }
    this.expect(')');
    return callFunction(name.text, positional, named);
  }

  private quoted(): ScalarElement {
    const { text: raw, start } = this.advance();
    const text = unquote(raw);
    return {
      kind: 'scalar',
      value: text,
      quote: raw.startsWith("'") ? "'" : '"',
      text,
      start,
      end: start + raw.length,
    };
  }

  /** A run of tokens: one alone has its type, several together are a string. Space around them is dropped. */
  private primitive(allowed: ReadonlySet<TokenType>): ScalarElement {
    const run: Token[] = [];
    while (allowed.has(this.type())) run.push(this.advance());
    if (run[0]?.type === 'space') run.shift();
    if (run.at(-1)?.type === 'space') run.pop();
    const [first] = run;
    const last = run.at(-1);
    if (first === undefined || last === undefined) throw this.unexpected();
    const text = run
      .map((token) => (token.type === 'escape' ? withoutEscapes(token.text) : token.text))
      .join('');
    const value = run.length === 1 && first.type === 'typed' ? typedValue(text) : text;
    return { kind: 'scalar', value, text, start: first.start, end: last.start + last.text.length };
  }

  private unexpected(): ComposeError {
    const token = this.tokens[this.at];
    const found =
      token === undefined || token.type === 'end' ? 'the end' : JSON.stringify(token.text.trim() || ' ');
    const column = (token?.start ?? this.text.length) + 1;
    return new ComposeError('override/syntax', `unexpected ${found} at column ${column} of ${this.text}`, {
      hint: hintFor(token, this.text),
    });
  }
}

function hintFor(token: Token | undefined, text: string): string {
  if (token?.type === 'space') return 'remove the space at the end of the value';
  if (token?.type === 'end') return 'something is missing: a value, a bracket or a quote';
  return `put the value in quotes, inside the quotes of the shell: '${text.replace(/=.*/s, '')}="..."'`;
}

function asKey(value: Scalar): Key | null {
  if (value instanceof Float) return value.value;
  return value instanceof Uint8Array ? null : value;
}

/** Drops the first character of each escaped pair. */
function withoutEscapes(text: string): string {
  let kept = '';
  for (let at = 1; at < text.length; at += 2) kept += text.charAt(at);
  return kept;
}
