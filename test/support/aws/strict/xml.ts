/** What becomes XML: keys are elements in order, lists one element for each entry, undefined is left out. */
export type Xml =
  | string
  | number
  | boolean
  | Date
  | undefined
  | readonly Xml[]
  | { readonly [key: string]: Xml };

/**
 * Writes the children of an element.
 * @param entryOf how an entry of a list is wrapped; as EC2 does it by default.
 */
export function writeXml(
  value: Xml,
  entryOf: (inside: string) => string = (inside) => `<item>${inside}</item>`,
): string {
  if (value === undefined) return '';
  if (value instanceof Date) return value.toISOString();
  if (typeof value !== 'object') return escapeXml(String(value));
  if (isList(value)) return value.map((entry) => entryOf(writeXml(entry, entryOf))).join('');
  return Object.entries(value)
    .filter(([, inside]) => inside !== undefined)
    .map(([key, inside]) => `<${key}>${writeXml(inside, entryOf)}</${key}>`)
    .join('');
}

function isList(value: Xml): value is readonly Xml[] {
  return Array.isArray(value);
}

export function escapeXml(value: string): string {
  return value.replace(/[<>&"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

/** One element: its name without prefix, the elements in it, and its text where there are none. */
export interface Element {
  readonly name: string;
  readonly children: readonly Element[];
  readonly text: string;
}

/** Reads the XML that AWS' clients and moto write: elements and text; attributes and comments are dropped. */
export function readXml(source: string): Element {
  interface Open {
    name: string;
    children: Element[];
    text: string;
  }
  const root: Open = { name: '', children: [], text: '' };
  const open: Open[] = [root];
  for (const [, closing, name, selfClosing, words] of source
    .replace(/<[?!][^>]*>/g, '')
    .matchAll(/<(\/?)([\w:.-]+)[^>]*?(\/?)>|([^<]+)/g)) {
    const inner = open.at(-1) ?? root;
    if (name === undefined) {
      inner.text += unescapeXml(words ?? '');
    } else if (closing) {
      open.pop();
      (open.at(-1) ?? root).children.push(inner);
    } else {
      const element = { name: name.replace(/^.*:/, ''), children: [], text: '' };
      if (selfClosing) inner.children.push(element);
      else open.push(element);
    }
  }
  const [document] = root.children;
  if (!document || open.length !== 1) throw new Error(`no XML: ${source.slice(0, 200)}`);
  return document;
}

/** The elements with a name directly inside another one. */
export function within(element: Element | undefined, name: string): Element[] {
  return element?.children.filter((child) => child.name === name) ?? [];
}

/** The text at a path of names; undefined where there is no such element. */
export function textAt(element: Element | undefined, ...path: readonly string[]): string | undefined {
  let at = element;
  for (const name of path) at = within(at, name)[0];
  return at?.text.trim();
}

function unescapeXml(value: string): string {
  const named: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };
  return value.replace(/&(#x?)?([\da-zA-Z]+);/g, (whole, number: string | undefined, word: string) => {
    if (number === undefined) return named[word] ?? whole;
    return String.fromCodePoint(Number.parseInt(word, number === '#x' ? 16 : 10));
  });
}
