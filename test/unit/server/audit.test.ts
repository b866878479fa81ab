import { appendFile, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type AuditEntry, openAudit } from '../../../src/server/audit/audit.ts';

let state: string;
beforeAll(async () => {
  state = await mkdtemp(join(tmpdir(), 'devbox-audit-'));
});
afterAll(() => rm(state, { recursive: true, force: true }));

const noReport = (line: string): never => {
  throw new Error(line);
};
const entry: AuditEntry = { request: 'r', phase: 'begin', caller: 'c', operation: 'POST /x', target: 'a\nb' };

test('each entry is a line, also behind one that was cut off, and only the owner reads them', async () => {
  const path = join(state, 'audit.log');
  openAudit(state, () => 0, noReport)(entry);
  await appendFile(path, '{"time":"cut o');
  const audit = openAudit(state, () => 0, noReport);
  audit(entry);
  audit({ ...entry, phase: 'end', status: 200 });
  const lines = (await readFile(path, 'utf8')).split('\n');
  expect(lines).toHaveLength(5);
  expect(
    lines.map((line) => (line.startsWith('{') && line.endsWith('}') ? JSON.parse(line).phase : line)),
  ).toEqual(['begin', '{"time":"cut o', 'begin', 'end', '']);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
});

test('that cannot be written is reported, and stops nobody', () => {
  const reports: string[] = [];
  const audit = openAudit(
    state,
    () => Number.NaN,
    (line) => reports.push(line),
  );
  audit(entry);
  expect(reports).toEqual([expect.stringMatching(/^audit\.log: /)]);
});
