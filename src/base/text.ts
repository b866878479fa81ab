/**
 * Makes foreign text (from a server, a box, a file) safe to show on one line: escape sequences and control
 * characters go, so do the invisible ones that reorder text; white space becomes single spaces.
 * @param limit longest result in characters; what is cut is marked with an ellipsis.
 */
export function cleanLine(text: string, limit = 2000): string {
  return clip(stripControls(text).replace(/\s+/g, ' ').trim(), limit);
}

/** Like `cleanLine`, but keeps line breaks and tabs. */
export function cleanText(text: string, limit = 100_000): string {
  return clip(stripControls(text.replace(/\r\n?/g, '\n')), limit);
}

const colour = /\u001b\[[0-9;:]*m/g;

/**
 * Makes a line of a log safe to show: keeps colours and tabs, and of what carriage returns wrote over one another the
 * last. What begins a colour and does not end it is ended.
 */
export function cleanLogLine(text: string): string {
  const line = text.replace(/\r+$/, '');
  const visible = line.slice(line.lastIndexOf('\r') + 1);
  if (!visible.includes('\u001b[')) return stripControls(visible);
  const colours = visible.match(colour) ?? [];
  const cleaned = visible
    .split(colour)
    .map((piece, index) => `${stripControls(piece)}${colours[index] ?? ''}`)
    .join('');
  return /^\u001b\[0?m$/.test(colours.at(-1) ?? '\u001b[m') ? cleaned : `${cleaned}\u001b[0m`;
}

/** A text without its colours. */
export function withoutColours(text: string): string {
  return text.includes('\u001b[') ? text.replace(colour, '') : text;
}

/** Cuts at `limit` characters, marking the cut. */
export function clip(text: string, limit: number): string {
  return text.length <= limit ? text : `${text.slice(0, Math.max(0, limit - 1))}…`;
}

function stripControls(text: string): string {
  return text
    .replace(/\u001b\[[0-?]*[ -/]*[@-~]/g, '')
    .replace(/\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)?/g, '')
    .replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g, '');
}

/** `1 box`, `2 boxes`: a count with its noun. */
export function count(number: number, singular: string, plural = `${singular}s`): string {
  return `${number} ${number === 1 ? singular : plural}`;
}

/** Distance for spelling suggestions: insertions, deletions, substitutions and swaps of neighbours. */
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + cost);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        best = Math.min(best, (beforeLast[j - 2] ?? 0) + 1);
      }
      row.push(best);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? 0;
}

/** The candidate nearest in spelling to `word`, if any is near enough to be a likely typing error. */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  const plain = (text: string): string => text.toLowerCase().replaceAll('-', '_');
  let best: { candidate: string; distance: number } | undefined;
  // Nobody mistypes a word as long as this, and comparing it would take long.
  if (word.length > 200) return undefined;
  for (const candidate of candidates) {
    const most = Math.max(1, Math.floor(Math.max(word.length, candidate.length) / 3));
    if (Math.abs(word.length - candidate.length) > most) continue;
    const distance = editDistance(plain(word), plain(candidate));
    if (distance <= most) {
      if (best === undefined || distance < best.distance) best = { candidate, distance };
    }
  }
  return best?.candidate;
}
