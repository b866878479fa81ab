import type { Call } from './disturbances.ts';
import type { Cell, Row } from './run.ts';

const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');

const kindOf = ({ on }: Call): string => on.replace(/[0-9a-f]{32}/, 'ID');

/** What happens in a cell, such as `drop before`. */
function wayOf({ disturbed, kill }: Cell): string {
  const killed = kill?.kind === 'request' && `kill -9 ${kill.afterEffect ? 'after' : 'before'}`;
  return disturbed?.disturbance.name ?? (killed || 'kill -9');
}

/** A cell in words. */
export function nameOf({ disturbed, kill }: Cell): string {
  const words = disturbed
    ? [`${disturbed.call.number}. ${kindOf(disturbed.call)}, ${wayOf({ disturbed })}`]
    : [];
  if (kill?.kind === 'request') words.push(`${kill.call.number}. ${kindOf(kill.call)}, ${wayOf({ kill })}`);
  if (kill?.kind === 'write') words.push(`kill -9 at ${kill.write.call} ${kill.write.number}`);
  return words.join('; ');
}

/** What came of it at every call: a line for all that came to the same. */
export function callTable(rows: readonly Row[]): string {
  const lines = new Map<string, { call: Call; ways: string[]; rest: string[] }>();
  for (const { cell, end, left, after } of rows) {
    const call = cell.disturbed?.call ?? (cell.kill?.kind === 'request' ? cell.kill.call : undefined);
    if (call === undefined) continue;
    const rest = [end, left, after];
    const key = [call.number, ...rest].join('|');
    const one = lines.get(key) ?? { call, ways: [], rest };
    one.ways.push(wayOf(cell));
    lines.set(key, one);
  }
  const body = [...lines.values()]
    .sort((a, b) => a.call.number - b.call.number)
    .map(({ call, ways, rest }) => [`${call.number}. \`${kindOf(call)}\``, ways.join(', '), ...rest]);
  return table(['call', 'what goes wrong', 'exit', 'leaves', 'after one cleanup'], body);
}

/** What came of kills at durable writes, one after another: a line for as long as it stays the same. */
export function writeTable(rows: readonly Row[]): string {
  const states = rows.map(({ left, after }) => [left, after]);
  const isNew = (state: readonly string[], before: readonly string[] = []): boolean =>
    state.join('|') !== before.join('|');
  return table(
    ['leaves', 'after one cleanup'],
    states.filter((state, index) => isNew(state, states[index - 1])),
  );
}
