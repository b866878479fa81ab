import { fromPlain, nodeOf } from '../interpolation/values.ts';
import type { Node, PlainValue } from '../nodes.ts';
import { Float, floatText, type Key, type Scalar } from '../scalars.ts';
import { plainTag } from './scalars.ts';

/**
 * Prints plain data as YAML in block style, keys in their order, texts quoted where YAML 1.1 would read them as
 * something else. Whole numbers are printed as integers.
 */
export function toYaml(value: PlainValue): string {
  return printYaml(nodeOf(fromPlain(value), (node) => node));
}

/** Prints a part of a configuration; floats keep their point. */
export function printYaml(node: Node): string {
  const text = block(node, '');
  return text.startsWith('\n') ? text.slice(1) : `${text.trimStart()}\n`;
}

/** What follows a key or a dash: a scalar on the same line, or lines of its own. */
function block(node: Node, indent: string): string {
  if (node.kind === 'scalar') return ` ${scalarYaml(node.value)}`;
  if (node.kind === 'list') {
    if (node.items.length === 0) return ' []';
    return `\n${node.items.map((item) => `${indent}-${insideList(item, `${indent}  `)}`).join('')}`;
  }
  if (node.entries.size === 0) return ' {}';
  return `\n${entries(node.entries, indent)}`;
}

function entries(map: ReadonlyMap<Key, Node>, indent: string): string {
  let text = '';
  for (const [key, value] of map) {
    // Lists stand at the column of their key, mappings two further.
    const printed = block(value, value.kind === 'list' ? indent : `${indent}  `);
    text += `${indent}${keyYaml(key)}:${printed}${printed.endsWith('\n') ? '' : '\n'}`;
  }
  return text;
}

/** The first line of a container goes beside the dash. */
function insideList(item: Node, indent: string): string {
  const printed = block(item, indent);
  if (!printed.startsWith('\n')) return `${printed}\n`;
  return ` ${printed.slice(1 + indent.length)}`;
}

function keyYaml(key: Key): string {
  if (typeof key === 'string') return textYaml(key);
  if (typeof key === 'number' && !Number.isInteger(key)) return scalarYaml(new Float(key));
  return String(key);
}

/** One scalar as YAML. */
export function scalarYaml(value: Scalar): string {
  if (value === null) return 'null';
  if (typeof value === 'string') return textYaml(value);
  if (value instanceof Uint8Array) return `!!binary "${Buffer.from(value).toString('base64')}"`;
  return value instanceof Float ? floatYaml(value.value) : String(value);
}

function floatYaml(value: number): string {
  if (Number.isNaN(value)) return '.nan';
  if (!Number.isFinite(value)) return value > 0 ? '.inf' : '-.inf';
  const text = floatText(value);
  return text.includes('.') ? text : text.replace('e', '.0e');
}

const bools = /^(?:y|yes|n|no|true|false|on|off)$/i;
const numbers = /^\s*[+-]?(?:(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:e[+-]?\d+)?|inf|infinity|nan)\s*$/i;
const dates = /^\d{4}-\d\d?-\d\d?(?:[Tt\s].*)?$/;
/** Characters that start something else, or would end a plain text. */
const syntax = /^[#,[\]{}&*!|>'"%@`]|^[?:-](?:\s|$)|^(?:---|\.\.\.)|:(?:\s|$)|\s#|^\s|\s$/;
const unprintable = /[\p{Cc}\p{Cs}\u2028\u2029\ufeff]/u;

function textYaml(text: string): string {
  if (unprintable.test(text))
    return JSON.stringify(text).replace(/\u2028|\u2029|\ufeff|[\x7f-\x9f]/g, escapeChar);
  const plain =
    plainTag(text) === 'str' &&
    !bools.test(text) &&
    !numbers.test(text) &&
    !dates.test(text) &&
    !syntax.test(text);
  return plain ? text : `'${text.replaceAll("'", "''")}'`;
}

const escapeChar = (char: string): string => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
