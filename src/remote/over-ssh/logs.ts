import * as z from 'zod/mini';
import { DevboxError } from '../../base/errors.ts';
import { parseSince } from '../../base/since.ts';
import { cleanLine, cleanLogLine, cleanText } from '../../base/text.ts';
import type { LogEntry, LogPage, LogQuery } from '../access.ts';
import type { SshLink } from './exec.ts';
import { notUnderstood, runScript } from './script.ts';

/** Where cloud-init keeps what its commands wrote. */
export const cloudInitLog = '/var/log/cloud-init-output.log';

/** Most that one answer holds of each of the two logs, in bytes. */
const maxBytes = 4 * 1024 * 1024;
/** Most lines of the journal in one answer. */
const maxJournalLines = 20_000;

/**
 * Prints new parts of a file and of the journal. Arguments: lines wanted at most (0: all), since (@SECONDS or -SECONDS,
 * or empty), bytes of the file that are known (empty: nothing was read yet), cursor of the journal, most bytes of each,
 * most lines of the journal, the file.
 */
const script = `
tail=$1 since=$2 known=$3 cursor=$4 most=$5 lines=$6 file=$7
asroot=
[ "$(id -u)" = 0 ] || { sudo -n true 2>/dev/null && asroot='sudo -n'; }
echo 'devbox-logs 1'
if $asroot test -f "$file" && $asroot test -r "$file"; then
  set -- $($asroot stat -c '%s %Y' "$file")
  size=$1 changed=$2 from=0
  if [ -n "$known" ]; then
    [ "$known" -le "$size" ] && from=$known
    to=$size
    [ $((to - from)) -le "$most" ] || to=$((from + most))
  else
    case $since in
      @*) oldest=\${since#@} ;;
      -*) oldest=$(($(date +%s) - \${since#-})) ;;
      *) oldest=0 ;;
    esac
    if [ "$changed" -lt "$oldest" ]; then from=$size
    elif [ "$tail" != 0 ]; then from=$((size - $($asroot head -c "$size" "$file" | tail -n "$tail" | wc -c))); fi
    to=$size
    [ $((to - from)) -le "$most" ] || from=$((to - most))
  fi
  echo "file $from $to"
  $asroot tail -c +$((from + 1)) "$file" | head -c $((to - from))
  echo
else
  echo 'file 0 0'
  echo
fi
echo journal
if command -v journalctl >/dev/null 2>&1; then
  set -- --no-pager --quiet --all --output=json --output-fields=MESSAGE,SYSLOG_IDENTIFIER,_COMM,_PID
  if [ -n "$cursor" ]; then
    { $asroot journalctl "$@" "--after-cursor=$cursor" || echo failed; } | head -c "$most"
  else
    case $since in
      @*) set -- "$@" "--since=$since" ;;
      -*) set -- "$@" "--since=\${since}s" ;;
    esac
    [ "$tail" != 0 ] && [ "$tail" -lt "$lines" ] && lines=$tail
    { $asroot journalctl "$@" "--lines=$lines" || echo failed; } | tail -c "$most"
  fi
fi
echo
echo end
`;

/** Where a page ended; read by nobody but this module. */
const cursorSchema = z.object({
  /** Bytes of the file that are known. */
  file: z.int(),
  journal: z.string(),
  /** What the first page was asked for, as long as the journal has given no place to go on from. */
  since: z.nullable(z.string()),
});
type Cursor = z.infer<typeof cursorSchema>;

/**
 * The log of a box that is reached over SSH: what cloud-init's commands wrote, then the journal. Streams are not told
 * apart. The lines of cloud-init have no times: with `since` they are there if the file was written to since then.
 */
export async function logsOverSsh(link: SshLink, query: LogQuery, file = cloudInitLog): Promise<LogPage> {
  if (query.stream !== null) throw noStreams();
  const known: Cursor | undefined =
    query.after === null ? undefined : z.parse(cursorSchema, JSON.parse(query.after));
  const since = known ? known.since : query.since;
  const { tail } = query;
  const args = [
    String(tail ?? 0),
    sinceArgument(since),
    known ? String(known.file) : '',
    known?.journal ?? '',
    String(maxBytes),
    String(maxJournalLines),
    file,
  ];
  const answer = splitAnswer(await runScript(link, script, args, 3 * maxBytes));
  const text = fileLines(answer.file, answer.from);
  const journal = journalLines(answer.journal);
  const entries = [...text.entries, ...journal.entries.filter(writtenSince(since))];
  const cursor: Cursor = {
    file: text.known,
    journal: journal.cursor ?? known?.journal ?? '',
    since: journal.cursor === undefined ? since : null,
  };
  const isWhole = known !== undefined || (answer.file.length < maxBytes && !journal.isFull);
  return {
    entries: tail === null ? entries : entries.slice(-tail),
    cursor: JSON.stringify(cursor),
    truncated: tail === null && !isWhole,
    ended: false,
  };
}

const deployScript = `
asroot=
[ "$(id -u)" = 0 ] || { sudo -n true 2>/dev/null && asroot='sudo -n'; }
$asroot tail -c "$1" "$2"
`;

/** What cloud-init's commands wrote while the box was made; the newest 4 MiB of it. */
export async function deployLogOverSsh(link: SshLink, file = cloudInitLog): Promise<string> {
  const bytes = await runScript(link, deployScript, [String(maxBytes), file], maxBytes);
  return cleanText(bytes.toString('utf8'), Infinity);
}

function noStreams(): DevboxError {
  return new DevboxError('usage', 'the log of a box that is reached over SSH has no streams', {
    code: 'logs/no-streams',
    hint: 'Leave out stderr=true.',
  });
}

/** For the script: `@SECONDS` since 1970 or `-SECONDS` from now, or nothing. What is finer is rounded to be earlier. */
function sinceArgument(since: string | null): string {
  const parsed = since === null ? undefined : parseSince(since);
  if (parsed === undefined) return '';
  return parsed.kind === 'at'
    ? `@${Math.floor(parsed.time / 1000)}`
    : `-${Math.ceil(parsed.milliseconds / 1000)}`;
}

/** What was rounded for the script is sorted out here. */
function writtenSince(since: string | null): (entry: LogEntry) => boolean {
  const parsed = since === null ? undefined : parseSince(since);
  if (parsed?.kind !== 'at') return () => true;
  return ({ time }) => time === null || Date.parse(time) >= Math.floor(parsed.time);
}

interface Answer {
  readonly file: Buffer;
  /** Where in the file this begins. */
  readonly from: number;
  readonly journal: Buffer;
}

/** Takes the answer of the script apart. @throws DevboxError where it is not as the script writes it. */
export function splitAnswer(answer: Buffer): Answer {
  const head = /^devbox-logs 1\nfile (\d+) (\d+)\n/.exec(answer.toString('latin1', 0, 100));
  const [whole = '', from, to] = head ?? [];
  const fileEnd = whole.length + Number(to) - Number(from);
  const middle = Buffer.from('\njournal\n');
  const end = Buffer.from('\nend\n');
  const isSound =
    head !== null &&
    answer.subarray(fileEnd, fileEnd + middle.length).equals(middle) &&
    answer.subarray(-end.length).equals(end);
  if (!isSound) throw notUnderstood(answer.toString('utf8', 0, 200));
  return {
    file: answer.subarray(whole.length, fileEnd),
    from: Number(from),
    journal: answer.subarray(fileEnd + middle.length, -end.length),
  };
}

/** Whole lines; the rest of the last one comes with the next page. */
function fileLines(bytes: Buffer, from: number): { readonly entries: LogEntry[]; readonly known: number } {
  const isEndless = bytes.length >= maxBytes && !bytes.includes(10);
  const end = isEndless ? bytes.length : bytes.lastIndexOf(10) + 1;
  const text = bytes.toString('utf8', 0, end);
  const lines = text === '' ? [] : text.replace(/\n$/, '').split('\n');
  return {
    entries: lines.map((line) => ({ time: null, stream: null, text: cleanLogLine(line) })),
    known: from + end,
  };
}

const journalEntry = z.object({
  __CURSOR: z.string(),
  __REALTIME_TIMESTAMP: z.string().check(z.regex(/^\d+$/)),
  /** Bytes where it is no text. */
  MESSAGE: z.nullish(z.union([z.string(), z.array(z.int())])),
  SYSLOG_IDENTIFIER: z.nullish(z.string()),
  _COMM: z.nullish(z.string()),
  _PID: z.nullish(z.string()),
});

interface JournalLines {
  readonly entries: LogEntry[];
  /** Of the last entry; undefined where there is none. */
  readonly cursor: string | undefined;
  /** Whether older entries may have been left out. */
  readonly isFull: boolean;
}

function journalLines(bytes: Buffer): JournalLines {
  const lines = bytes.toString('utf8').split('\n');
  if (lines.includes('failed')) {
    throw new DevboxError('failed', 'journalctl failed on the box', {
      code: 'remote/script-failed',
      title: 'SSH',
      hint: 'Try it by hand: devbox exec NAME -- journalctl --lines=5',
    });
  }
  const isFull = bytes.length >= maxBytes;
  // Where it was cut, its first or its last line is a part of one.
  const whole = isFull ? lines.filter((line) => line.startsWith('{"') && line.endsWith('}')) : lines;
  const read = whole.filter((line) => line !== '').map(readEntry);
  return {
    entries: read.flatMap(toEntries),
    cursor: read.at(-1)?.__CURSOR,
    isFull: isFull || read.length >= maxJournalLines,
  };
}

function readEntry(line: string): z.infer<typeof journalEntry> {
  try {
    return z.parse(journalEntry, JSON.parse(line));
  } catch {
    throw notUnderstood(line);
  }
}

function toEntries(entry: z.infer<typeof journalEntry>): LogEntry[] {
  const { MESSAGE: message, SYSLOG_IDENTIFIER: identifier, _COMM: program, _PID: pid } = entry;
  const text = Array.isArray(message) ? Buffer.from(message).toString('utf8') : (message ?? '');
  const who = cleanLine(identifier ?? program ?? 'unknown', 100);
  const source = pid ? `${who}[${cleanLine(pid, 20)}]` : who;
  const time = new Date(Number(entry.__REALTIME_TIMESTAMP) / 1000).toISOString();
  return text.split('\n').map((line) => ({ time, stream: null, text: `${source}: ${cleanLogLine(line)}` }));
}
