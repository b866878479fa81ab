import type { Place, Source } from '../origin.ts';
import { yamlError } from './graph.ts';

const forbidden = /[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;

/**
 * Refuses control characters anywhere.
 * @throws ComposeError `yaml/syntax`.
 */
export function refuseControls(source: Source): void {
  const at = source.text.search(forbidden);
  if (at < 0) return;
  const code = (source.text.codePointAt(at) ?? 0).toString(16).padStart(2, '0');
  throw yamlError(source, at, `it holds the character \\x${code}, which is no text`);
}

/**
 * Checks what stands before the document: directives, and no end of a document that has not begun.
 * @throws ComposeError `yaml/syntax`.
 */
export function checkStart(source: Source): void {
  const { text } = source;
  if (/^(?:[ ]*(?:#[^\r\n]*)?\r?\n)*\.\.\.(?:\s|$)/.test(text)) {
    throw yamlError(source, text.indexOf('...'), 'a document ends before it begins');
  }
  if (!text.startsWith('%')) return;
  for (const [line] of text.matchAll(/^(?:%.*|---.*|[^%#\s].*)$/gm)) {
    if (!line.startsWith('%')) return;
    if (!directive.test(line)) throw yamlError(source, text.indexOf(line), `${line} is no directive`);
  }
}

const directive = /^%(?:YAML +1\.\d+ *(?:#.*)?|TAG .*|(?!YAML |TAG )[A-Za-z0-9_-]+(?: .*)?)\r?$/;

/**
 * Refuses tabs that separate anything: they may stand in quoted and block texts and in comments only.
 * @param texts ranges of the quoted and block texts, in order.
 * @throws ComposeError `yaml/syntax`.
 */
export function refuseTabs(source: Source, texts: readonly Pick<Place, 'start' | 'end'>[]): void {
  const { text } = source;
  let range = 0;
  for (let at = text.indexOf('\t'); at >= 0; at = text.indexOf('\t', at + 1)) {
    while (range < texts.length && (texts[range]?.end ?? 0) <= at) range++;
    const inside = texts[range];
    if (inside !== undefined && inside.start <= at) continue;
    if (!inComment(text, at, texts[range - 1]?.end ?? 0)) {
      throw yamlError(source, at, 'a tab separates values', 'use spaces');
    }
  }
}

/** Whether a `#` that starts a comment stands before the offset on its line, after the last text. */
function inComment(text: string, at: number, after: number): boolean {
  const lineStart = Math.max(text.lastIndexOf('\n', at - 1), text.lastIndexOf('\r', at - 1)) + 1;
  const before = text.slice(Math.max(lineStart, after), at);
  return lineStart >= after ? /(?:^|\s)#/.test(before) : /\s#/.test(before);
}
