import { base64Run, decodings } from './written-forms.ts';

const hidden = '[hidden]';

/** So many characters in a row, space apart, are a part of a secret and no chance. */
const telling = 12;

/** Longer texts are cut: nobody reads on. */
const longest = 100_000;

/**
 * The text without whatever it has in common with a secret: a half of it, a line, with other ends of lines, escaped for
 * JSON, HTML or an address, or in base64. For texts of somebody who has the secret.
 */
export function withoutPartsOf(text: string, secrets: readonly string[]): string {
  const long = secrets.filter(({ length }) => length >= telling);
  if (long.length === 0 || text.length < telling) return text;
  const whole = plainForm(text.slice(0, longest));
  const runs = [...text.slice(0, longest).matchAll(base64Run)].map(([run]) => ({
    run,
    forms: decodings(run).map(plainForm),
  }));
  const asked = new Set([whole, ...runs.flatMap(({ forms }) => forms)].flatMap(pieces));
  const found = new Set(
    long.map(plainForm).flatMap((form) => pieces(form).filter((piece) => asked.has(piece))),
  );
  if (found.size === 0) return text;
  const encoded = runs
    .filter(({ forms }) => forms.some((form) => pieces(form).some((piece) => found.has(piece))))
    .map(({ run }) => run);
  const plain = hideRanges(text.slice(0, longest), rangesOf(whole, found));
  return encoded.reduce((shown, run) => shown.replaceAll(run, hidden), plain);
}

/** A text without how it is written, and where each of its characters comes from. */
interface PlainForm {
  readonly characters: string;
  readonly starts: readonly number[];
  readonly ends: readonly number[];
}

const written =
  /\\+u([0-9a-f]{4})|\\+[nrt]?|%([0-9a-f]{2})|&(amp|lt|gt|quot|apos|#39|#x27|#34);|[\s+]|[^\x21-\x7e]|(.)/gis;
const entities: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  '#39': "'",
  '#x27': "'",
  '#34': '"',
};

/** Space, signs that escape, and what is not ASCII are left out; the rest as it is meant. */
function plainForm(text: string): PlainForm {
  const [starts, ends]: [number[], number[]] = [[], []];
  let characters = '';
  for (const match of text.matchAll(written)) {
    const [all, unicode, percent, entity, plain] = match;
    const code = unicode ?? percent;
    const meant =
      plain ??
      (code ? String.fromCharCode(Number.parseInt(code, 16)) : entities[entity?.toLowerCase() ?? '']);
    if (meant === undefined || !/[\x21-\x7e]/.test(meant) || meant === '+') continue;
    characters += meant;
    starts.push(match.index);
    ends.push(match.index + all.length);
  }
  return { characters, starts, ends };
}

const pieces = ({ characters }: PlainForm): string[] =>
  Array.from({ length: Math.max(0, characters.length - telling + 1) }, (_, at) =>
    characters.slice(at, at + telling),
  );

/** Where in the original the pieces lie, those that meet as one. */
function rangesOf(form: PlainForm, found: ReadonlySet<string>): [from: number, to: number][] {
  const ranges: [number, number][] = [];
  let last = -1;
  for (const [at, piece] of pieces(form).entries()) {
    if (!found.has(piece)) continue;
    const from = form.starts[at] ?? 0;
    const to = form.ends[at + telling - 1] ?? 0;
    const previous = ranges.at(-1);
    if (previous && at <= last + telling) previous[1] = to;
    else ranges.push([from, to]);
    last = at;
  }
  return ranges;
}

function hideRanges(text: string, ranges: readonly (readonly [number, number])[]): string {
  return [...ranges]
    .reverse()
    .reduce((shown, [from, to]) => shown.slice(0, from) + hidden + shown.slice(to), text);
}
