import { appendFileSync, chmodSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Reads the options that devbox uses, and entries from a file beside it. */
const journalctl = `#!${process.execPath}
const { readFileSync } = require('node:fs');
const options = new Map(process.argv.slice(2).map((word) => word.replace(/^--/, '').split(/=(.*)/s)));
const read = () => { try { return readFileSync(__dirname + '/journal', 'utf8'); } catch { return ''; } };
let entries = read().split('\\n').filter(Boolean);
const after = options.get('after-cursor');
const at = (entry) => Number(JSON.parse(entry).__REALTIME_TIMESTAMP) / 1e6;
if (after) {
  const place = entries.findIndex((entry) => JSON.parse(entry).__CURSOR === after);
  if (place < 0) { console.error('Failed to seek to cursor: Invalid argument'); process.exit(1); }
  entries = entries.slice(place + 1);
}
const since = options.get('since');
if (since) {
  const [, sign, seconds] = /^([@-])(\\d+)s?$/.exec(since);
  const from = sign === '@' ? Number(seconds) : Date.now() / 1000 - Number(seconds);
  entries = entries.filter((entry) => at(entry) >= from);
}
const lines = options.get('lines');
if (lines) entries = entries.slice(-Number(lines));
process.stdout.write(entries.map((entry) => entry + '\\n').join(''));
`;

/** What stands for systemd's journal on a machine that has none. */
export interface FakeJournal {
  /** @param time milliseconds since 1970. */
  write(message: unknown, time?: number): void;
  /** Forgets all entries, as a journal does that was vacuumed. */
  clear(): void;
}

/** Puts a `journalctl` into a directory of programs. */
export function fakeJournal(programs: string): FakeJournal {
  const entries = join(programs, 'journal');
  writeFileSync(join(programs, 'journalctl'), journalctl);
  chmodSync(join(programs, 'journalctl'), 0o755);
  let serial = 0;
  return {
    write(message, time = Date.now()) {
      const entry = {
        __CURSOR: `s=abc;i=${++serial}`,
        __REALTIME_TIMESTAMP: String(time * 1000),
        MESSAGE: message,
        SYSLOG_IDENTIFIER: 'app',
        _PID: '7',
      };
      appendFileSync(entries, `${JSON.stringify(entry)}\n`);
    },
    clear: () => rmSync(entries, { force: true }),
  };
}
