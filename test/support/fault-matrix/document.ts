import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../bin.ts';

const file = join(projectRoot, 'docs', 'faults.md');

/** The begin and the end of a part of the page that is made by tests. */
const bounds = (name: string): [begin: string, end: string] => [`<!-- ${name} -->\n`, `\n<!-- /${name} -->`];

/** What docs/faults.md says in one of its made parts. @throws Error where it has no such part. */
export function documented(name: string): string {
  const [begin, end] = bounds(name);
  const text = readFileSync(file, 'utf8');
  const from = text.indexOf(begin) + begin.length;
  const to = text.indexOf(end, from);
  if (!text.includes(begin) || to < 0) throw new Error(`docs/faults.md has no part ${name}`);
  return text.slice(from, to);
}

/** Writes one of the parts. */
export function writeDocumented(name: string, part: string): void {
  const [begin, end] = bounds(name);
  const text = readFileSync(file, 'utf8');
  writeFileSync(
    file,
    text.replace(begin + documented(name) + end, () => begin + part + end),
  );
}
