import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Call, type Disturbed, everyDisturbance } from './disturbances.ts';
import { documented, writeDocumented } from './document.ts';
import { killsAt, whyNoTrace } from './kills.ts';
import { type Cell, observe, type Row, runCell, type Seen } from './run.ts';
import { scenarios } from './scenarios.ts';
import { type Start, startOf } from './start.ts';
import { callTable, nameOf, writeTable } from './table.ts';

/** Cells that run at the same time: each is one process, then another. */
const atOnce = 3;

/** `1` runs the whole product of disturbances and kills, `N` every N-th of its cells. */
const product = Number(process.env['DEVBOX_TEST_FAULT_PRODUCT'] ?? 0);
const writes = process.env['DEVBOX_TEST_WRITE_FAULTS'] === '1';
const long = 600_000;

/** Tests that disturb and kill a command at every call that it makes and at every durable write. */
export function faultTests(name: string): void {
  const scenario = scenarios.find((one) => one.name === name);
  if (!scenario) throw new Error(`there is no scenario ${name}`);
  const untraced = whyNoTrace();
  if (untraced !== undefined)
    process.stderr.write(`notice: ${name} is not killed at its durable writes: ${untraced}\n`);
  const traced = untraced === undefined ? it : it.skip;

  describe(`devbox ${name.replaceAll('-', ' ')}, whatever happens to it`, () => {
    let start: Start;
    let seen: Seen;
    let calls: readonly Call[];
    beforeAll(async () => {
      start = await startOf(scenario);
      seen = await observe(start, { trace: untraced === undefined });
      calls = from(seen.calls, scenario.from);
    });
    afterAll(() => start.remove());

    it('does what it should where nothing does', () => {
      expect(seen).toMatchObject({ end: scenario.end ?? '0', truth: { lies: [] } });
      expect(calls.length).toBeGreaterThan(0);
    });

    it(
      'a call that goes wrong, or a kill at it, leaves nothing unknown after one cleanup',
      async () => {
        const cells = [
          ...everyDisturbance(calls, false).map((disturbed) => ({ disturbed })),
          ...killsAt(calls).map((kill) => ({ kill })),
        ];
        const rows = await runAll(start, seen, cells);
        expect(wrongIn(rows)).toEqual([]);
        expectDocumented(name, callTable(rows));
      },
      long,
    );

    if (!scenario.sameWrites)
      traced(
        'a kill at a durable write leaves nothing unknown after one cleanup',
        async () => {
          const rows = await runAll(start, seen, killsAtWrites(seen));
          expect(wrongIn(rows)).toEqual([]);
          expectDocumented(`${name} writes`, writeTable(rows));
        },
        long,
      );

    if (product > 0 && untraced === undefined)
      it(
        'a kill after a call that went wrong leaves nothing unknown (DEVBOX_TEST_FAULT_PRODUCT=1)',
        async () => {
          const ways = everyDisturbance(calls, true);
          const cells = (await inTurn(ways, (disturbed) => killsAfter(start, disturbed))).flat();
          const chosen = cells.filter((_, index) => index % product === 0);
          process.stdout.write(`${name}: ${chosen.length} of the ${cells.length} cells of the product\n`);
          expect(wrongIn(await runAll(start, seen, chosen))).toEqual([]);
        },
        // As long as it takes.
        24 * 3_600_000,
      );
  });
}

/** The calls from the first of a kind on. */
function from(calls: readonly Call[], kind: string | undefined): readonly Call[] {
  return kind === undefined ? calls : calls.slice(calls.findIndex(({ on }) => on === kind));
}

const killsAtWrites = ({ writes }: Pick<Seen, 'writes'>): Cell[] =>
  writes.map((write) => ({ kill: { kind: 'write', write } }));

/** One disturbance, alone and with every kill from then on. */
async function killsAfter(start: Start, disturbed: Disturbed): Promise<Cell[]> {
  const seen = await observe(start, { trace: true, disturbed });
  // A wait asks again and again: its first looks stand for all.
  const later = seen.calls.filter(({ number, first }) => number > disturbed.call.number && first <= 3);
  const kills = [...killsAt(later).map((kill): Cell => ({ kill })), ...killsAtWrites(seen)];
  return [{ disturbed }, ...kills.map((cell) => ({ ...cell, disturbed }))];
}

async function runAll(start: Start, seen: Seen, cells: readonly Cell[]): Promise<Row[]> {
  return inTurn(cells, async (cell) => {
    const row = await runCell(start, cell);
    const left = start.scenario.mayLeaveKey ? row.left.replace(/^key of \w+$/, 'nothing') : row.left;
    const isLie = row.end === '0' && left !== seen.truth.state;
    return isLie ? { ...row, wrong: [...row.wrong, `it ends well and leaves ${row.left}`] } : row;
  });
}

/** Works on all of a list, some at once. @returns what came of them, in their order. */
async function inTurn<T, R>(list: readonly T[], work: (one: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const rest = list.entries();
  const worker = async (): Promise<void> => {
    for (const [index, one] of rest) results[index] = await work(one);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return results;
}

/** What is wrong anywhere, with where. */
const wrongIn = (rows: readonly Row[]): string[] =>
  rows.flatMap(({ cell, wrong }) => wrong.map((what) => `${nameOf(cell)}: ${what}`));

/** The table of outcomes is printed, and kept in docs/faults.md. */
function expectDocumented(part: string, text: string): void {
  process.stdout.write(`\n${part}\n${text}\n`);
  if (writes) writeDocumented(part, text);
  expect(documented(part)).toBe(text);
}
