import { type Readable, Transform } from 'node:stream';
import { type BoxShell, scriptFailed } from './box-shell.ts';
import { sendInParts } from './parts.ts';
import { firstWord, type SumKind, type Summer, sumCommands, summer, sumScript } from './sums.ts';
import type { Survey } from './survey.ts';
import { type Copied, changedOnTheWay, type OnProgress, unfinishedName } from './transfer.ts';

/** What becomes a file in a box. */
export interface Content {
  /** Null where it is not known before the end; then there is one try only. */
  readonly bytes: number | null;
  open(offset: number): Readable;
  /** The same for the same content, so that an interrupted copy can go on. */
  readonly identity: string;
  /** Permissions, and milliseconds since 1970; null leaves them to the box. */
  readonly mode: number | null;
  readonly mtime: number | null;
}

/** From this size on it is worth a round trip to look whether a part has arrived already, in bytes. */
const worthResuming = 4 * 2 ** 20;

/**
 * Writes a file in a box. It appears under its name when it is whole and its checksum is right; until then it has the name
 * `unfinishedName`, where a later try goes on.
 * @param target path in the box; its directory is there.
 */
export async function uploadFile(
  shell: BoxShell,
  box: Survey,
  target: string,
  content: Content,
  onProgress: OnProgress,
): Promise<Copied> {
  const unfinished = unfinishedName(target, content.identity);
  const arrived =
    content.bytes !== null && content.bytes >= worthResuming ? await sizeOf(shell, unfinished) : 0;
  for (let offset = arrived < (content.bytes ?? 0) ? arrived : 0; ; offset = 0) {
    const sums = new Sums(box.sum);
    if (offset > 0) await sums.takeBeginning(content, offset);
    let sent = offset;
    const source = passing(content.open(offset), (bytes) => {
      sums.add(bytes);
      sent += bytes.length;
      onProgress(sent, content.bytes);
    });
    const counted = box.hasTee && offset === 0 ? box.sum : null;
    let said: string | null = null;
    if (box.hasStdin) said = await sendAll(shell, unfinished, { offset, counted }, source, target);
    else {
      const encoding = box.hasBase64 ? 'base64' : 'octal';
      await sendInParts(shell, { path: unfinished, offset, encoding }, source);
    }
    // What became shorter meanwhile, or could not be read to its end, is not taken for the whole.
    if (content.bytes !== null && sent !== content.bytes) throw changedOnTheWay(target);
    const isRight = said === null || said === sums.wanted();
    if (!isRight) await shell.run('rm -f "$1"', [unfinished]);
    const left = said === null ? box.sum : null;
    if (isRight && (await finish(shell, left, unfinished, target, content, sent, sums))) {
      return { files: 1, bytes: sent, sha256: sums.sha256() };
    }
    // What was there of an earlier try may have been something else.
    if (offset === 0) throw changedOnTheWay(target);
  }
}

async function sizeOf(shell: BoxShell, path: string): Promise<number> {
  const { stdout } = await shell.run('[ -f "$1" ] && wc -c < "$1"', [path]);
  return Number(stdout.trim()) || 0;
}

/**
 * Sends content in one go.
 * @param counted the sum that the box counts on the way, so that it has to read nothing again.
 * @returns that sum; null where it counts none.
 */
async function sendAll(
  shell: BoxShell,
  unfinished: string,
  { offset, counted }: { readonly offset: number; readonly counted: SumKind | null },
  source: Readable,
  target: string,
): Promise<string | null> {
  const plain = offset > 0 ? 'cat >> "$1"' : 'cat > "$1"';
  const script = counted === null ? plain : `tee "$1" | ${sumCommands[counted]}`;
  const said = await shell.must(`writing ${target}`, script, [unfinished], { stdin: source });
  return counted === null ? null : firstWord(said);
}

/** Exit status of a script that found other content than was sent. */
const other = 65;

/** Checks what has arrived and gives it its name. @returns false where it is not what was sent; it is gone then. */
async function finish(
  shell: BoxShell,
  kind: SumKind | null,
  unfinished: string,
  target: string,
  { mode, mtime }: Content,
  bytes: number,
  sums: Sums,
): Promise<boolean> {
  const script = `
got=$(${kind === null ? 'wc -c < "$1"' : sumScript(kind)}) || exit 1
set -- "$1" "$2" "$3" "$4" "$5" $got
[ "$6" = "$3" ] || { rm -f "$1"; exit ${other}; }
[ -z "$4" ] || chmod "$4" "$1" || exit 1
[ -z "$5" ] || TZ=UTC0 touch -t "$5" "$1" || exit 1
[ ! -d "$2" ] || { echo "$2 is a directory" >&2; exit 1; }
mv -f "$1" "$2"`;
  const wanted = kind === null ? String(bytes) : sums.wanted();
  const modeText = mode === null ? '' : (mode & 0o7777).toString(8);
  const stamp = mtime === null ? '' : touchStamp(mtime);
  const result = await shell.run(script, [unfinished, target, wanted, modeText, stamp]);
  if (result.code === other) return false;
  if (result.code !== 0) throw scriptFailed(`writing ${target}`, result);
  return true;
}

/** A time for `touch -t`, in UTC. */
function touchStamp(milliseconds: number): string {
  const [date = '', time = ''] = new Date(milliseconds).toISOString().split(/[T.]/);
  const [hours = '', minutes = '', seconds = ''] = time.split(':');
  return `${date.replaceAll('-', '')}${hours}${minutes}.${seconds}`;
}

/** The sums of content: the box's own kind, and SHA-256 for the user. */
export class Sums {
  readonly #sha256 = summer('sha256');
  readonly #own: Summer;

  constructor(kind: SumKind | null) {
    this.#own = kind === null || kind === 'sha256' ? this.#sha256 : summer(kind);
  }

  add(bytes: Buffer): void {
    this.#sha256.add(bytes);
    if (this.#own !== this.#sha256) this.#own.add(bytes);
  }

  /** Takes in what is not sent again. */
  async takeBeginning(content: Pick<Content, 'open'>, bytes: number): Promise<void> {
    let left = bytes;
    for await (const chunk of content.open(0)) {
      this.add(chunk.subarray(0, left));
      left -= Math.min(left, chunk.length);
      if (left === 0) break;
    }
  }

  /** The sum that the box should find; ask once. */
  wanted(): string {
    if (this.#own !== this.#sha256) return this.#own.result();
    return this.sha256();
  }

  #known: string | undefined;
  sha256(): string {
    this.#known ??= this.#sha256.result();
    return this.#known;
  }
}

/** A stream with somebody who sees what comes by. */
export function passing(source: Readable, see: (bytes: Buffer) => void): Readable {
  const through = new Transform({
    highWaterMark: 2 ** 18,
    transform(chunk: Buffer, _encoding, done) {
      see(chunk);
      done(null, chunk);
    },
  });
  source.on('error', (error) => through.destroy(error));
  through.on('close', () => source.destroy());
  return source.pipe(through);
}
