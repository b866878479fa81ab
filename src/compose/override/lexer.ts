import { ComposeError } from '../errors.ts';
import type { Scalar } from '../scalars.ts';
import { Float, integer } from '../scalars.ts';

export type TokenType =
  | '('
  | ')'
  | '['
  | ']'
  | '{'
  | '}'
  | ','
  | ':'
  | '='
  | 'space'
  | 'id'
  /** A number, boolean or null: typed when it stands alone. */
  | 'typed'
  | 'char'
  | 'escape'
  | 'quoted'
  | 'interpolation'
  | 'end';

export interface Token {
  readonly type: TokenType;
  /** As written, surrounding white space of punctuation included. */
  readonly text: string;
  readonly start: number;
}

/**
 * Splits the value of an override (what follows the first `=`) into tokens, each as long as possible. White space
 * belongs to the punctuation beside it.
 * @param at offset at which the value starts.
 * @throws ComposeError `override/syntax` at a character that no token starts with.
 */
export function lexValue(text: string, at: number): Token[] {
  const tokens: Token[] = [];
  let start = at;
  while (start < text.length) {
    const token = nextToken(text, start);
    tokens.push(token);
    start += token.text.length;
  }
  tokens.push({ type: 'end', text: '', start });
  return tokens;
}

const eatsSpaceBefore = new Set(['(', ')', ']', '}', ',', ':', '=']);
const eatsSpaceAfter = new Set(['(', '[', '{', ',', ':', '=']);
const space = /[ \t]*/y;
const number =
  /[+-]?(?:(?:(?:0|[1-9](?:_?\d)*)?\.\d(?:_?\d)*|(?:0|[1-9](?:_?\d)*)\.?)(?:e[+-]?\d(?:_?\d)*)?|inf|nan)/iy;
const word = /[a-z_][a-z0-9_-]*/iy;
const keyword = /^(?:inf|nan|true|false|null)$/i;
const escapes = /(?:\\[\\()[\]{}:=, \t])+/y;
const interpolation = /\$\{[^}]+\}/y;

function nextToken(text: string, start: number): Token {
  const first = text.charAt(start);
  if (first === ' ' || first === '\t' || eatsSpaceBefore.has(first) || eatsSpaceAfter.has(first)) {
    return punctuation(text, start);
  }
  if (first === "'" || first === '"') return quotedToken(text, start, first);
  const make = (type: TokenType, length: number): Token => ({
    type,
    text: text.slice(start, start + length),
    start,
  });
  const letters = matchLength(word, text, start);
  if (letters > 0) {
    return make(keyword.test(text.slice(start, start + letters)) ? 'typed' : 'id', letters);
  }
  const digits = matchLength(number, text, start);
  if (digits > 0) return make('typed', digits);
  const escaped = matchLength(escapes, text, start);
  if (escaped > 0) return make('escape', escaped);
  const reference = matchLength(interpolation, text, start);
  if (reference > 0) return make('interpolation', reference);
  if ('/-\\+.$%*@?|'.includes(first)) return make('char', 1);
  throw unexpected(text, start);
}

function punctuation(text: string, start: number): Token {
  const at = start + matchLength(space, text, start);
  const symbol = text.charAt(at);
  if (at > start && !eatsSpaceBefore.has(symbol)) {
    return { type: 'space', text: text.slice(start, at), start };
  }
  const end = eatsSpaceAfter.has(symbol) ? at + 1 + matchLength(space, text, at + 1) : at + 1;
  return { type: asSymbol(symbol), text: text.slice(start, end), start };
}

function asSymbol(symbol: string): TokenType {
  switch (symbol) {
    case '(':
    case ')':
    case '[':
    case ']':
    case '{':
    case '}':
    case ',':
    case ':':
    case '=':
      return symbol;
    default:
      return 'char';
  }
}

/** A quoted value ends at the first quote of its kind that follows an even number of backslashes. */
function quotedToken(text: string, start: number, quote: string): Token {
  let backslashes = 0;
  for (let at = start + 1; at < text.length; at++) {
    const char = text.charAt(at);
    if (char === quote && backslashes % 2 === 0) {
      return { type: 'quoted', text: text.slice(start, at + 1), start };
    }
    backslashes = char === '\\' ? backslashes + 1 : 0;
  }
  throw new ComposeError('override/syntax', `the quote ${quote} is never closed in ${text}`, {
    hint: `close it, or put the whole value in quotes of the other kind: ${quote === "'" ? '"' : "'"}`,
  });
}

function matchLength(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0].length ?? 0;
}

function unexpected(text: string, at: number): ComposeError {
  const char = String.fromCodePoint(text.codePointAt(at) ?? 0);
  return new ComposeError(
    'override/syntax',
    `unexpected ${JSON.stringify(char)} at column ${at + 1} of ${text}`,
    {
      hint: 'put the value in quotes, inside the quotes of the shell',
    },
  );
}

/** The value of a `typed` token. */
export function typedValue(text: string): Scalar {
  const lower = text.toLowerCase();
  if (lower === 'null') return null;
  if (lower === 'true' || lower === 'false') return lower === 'true';
  if (lower.endsWith('nan')) return new Float(Number.NaN);
  if (lower.endsWith('inf')) return new Float(lower.startsWith('-') ? -Infinity : Infinity);
  const digits = text.replaceAll('_', '');
  return /^[+-]?\d+$/.test(digits) ? integer(digits) : new Float(Number(digits));
}

/** The content of a `quoted` token: backslashes count in pairs only before a quote and at the end. */
export function unquote(text: string): string {
  const quote = text.charAt(0);
  const body = text.slice(1, -1);
  if (!body.includes('\\')) return body;
  return body.replace(quote === "'" ? /\\+(?='|$)'?/g : /\\+(?="|$)"?/g, (run) => {
    let kept = '';
    for (let at = 1; at < run.length; at += 2) kept += run.charAt(at);
    return kept;
  });
}
