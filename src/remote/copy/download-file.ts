import { createReadStream } from 'node:fs';
import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises';
import { Writable } from 'node:stream';
import { DevboxError } from '../../base/errors.ts';
import { hasCode } from '../../base/files.ts';
import type { BoxShell } from './box-shell.ts';
import { asDevboxError } from './local-file.ts';
import { firstWord, sumScript } from './sums.ts';
import type { Survey } from './survey.ts';
import { type Copied, changedOnTheWay, type OnProgress, unfinishedName } from './transfer.ts';
import { Sums } from './upload-file.ts';

/** `dd` counts in these, and a part is sixteen of them. */
const blockBytes = 65_536;
const partBlocks = 16;
const partSeconds = 60;

/** Takes content as it comes; resolves when it can take more. */
type Take = (bytes: Buffer) => Promise<void>;

/**
 * Copies a file of a box to this machine: whole and right under its name, until then under `unfinishedName`, where a later
 * try goes on. Its permissions and its time are kept.
 */
export async function downloadFile(
  shell: BoxShell,
  box: Survey,
  target: string,
  identity: string,
  onProgress: OnProgress,
): Promise<Copied> {
  const unfinished = unfinishedName(target, `${identity} ${box.bytes} ${box.mtime}`);
  try {
    for (let offset = await usable(unfinished, box.bytes); ; offset = 0) {
      const sums = new Sums(box.sum);
      if (offset > 0) await sums.takeBeginning({ open: () => createReadStream(unfinished) }, offset);
      const file = await open(unfinished, offset > 0 ? 'r+' : 'w', 0o600);
      let at = offset;
      let said: string | null;
      try {
        await file.truncate(offset);
        said = await readFrom(shell, box, offset, async (bytes) => {
          await writeAll(file, bytes, at);
          sums.add(bytes);
          at += bytes.length;
          onProgress(at, box.bytes);
        });
        await file.chmod(box.mode === 0 ? 0o644 : box.mode & 0o777);
        if (box.mtime > 0) await file.utimes(Date.now() / 1000, box.mtime / 1000);
        await file.sync();
      } finally {
        await file.close();
      }
      if (isRight(box, said, at, sums)) {
        await rename(unfinished, target);
        return { files: 1, bytes: at, sha256: sums.sha256() };
      }
      await rm(unfinished, { force: true });
      if (offset === 0) throw changedOnTheWay(box.path);
    }
  } catch (error) {
    throw asDevboxError(error, target);
  }
}

/** Writes a file of a box to a stream. @throws DevboxError `cp/checksum` where what was written is not right. */
export async function downloadTo(
  shell: BoxShell,
  box: Survey,
  target: NodeJS.WritableStream,
  onProgress: OnProgress,
): Promise<Copied> {
  const sums = new Sums(box.sum);
  let bytes = 0;
  const said = await readFrom(shell, box, 0, (chunk) => {
    sums.add(chunk);
    bytes += chunk.length;
    onProgress(bytes, box.bytes);
    return new Promise((resolve, reject) => {
      target.write(chunk, (error) => (error ? reject(error) : resolve()));
    });
  });
  if (!isRight(box, said, bytes, sums)) throw changedOnTheWay(box.path);
  return { files: 1, bytes, sha256: sums.sha256() };
}

/** Bytes of an earlier try that can be gone on with: whole blocks, fewer than there are. */
async function usable(unfinished: string, total: number): Promise<number> {
  try {
    const { size } = await stat(unfinished);
    return size < total ? size - (size % blockBytes) : 0;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return 0;
    throw error;
  }
}

async function writeAll(file: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    done += (await file.write(bytes, done, bytes.length - done, position + done)).bytesWritten;
  }
}

/** Reads a file from a byte on. @returns what the box says is its sum; null where it cannot. */
async function readFrom(shell: BoxShell, box: Survey, offset: number, take: Take): Promise<string | null> {
  const { sum } = box;
  const ask = async (): Promise<string | null> =>
    sum === null ? null : firstWord(await shell.must(`reading ${box.path}`, sumScript(sum), [box.path]));
  if (!box.hasStdin) {
    await readInParts(shell, box, offset, take);
    return ask();
  }
  // Both at once: the box reads the file from its disk one time.
  const [said] = await Promise.all([ask(), readAll(shell, box.path, offset, take)]);
  return said;
}

async function readAll(shell: BoxShell, path: string, offset: number, take: Take): Promise<void> {
  const script = offset > 0 ? 'tail -c +"$2" < "$1"' : 'cat < "$1"';
  await collect(take, (stdout) =>
    shell.must(`reading ${path}`, script, [path, String(offset + 1)], { stdout }),
  );
}

/** Gives what is written into a stream to `take`, until `work` is done and all of it is taken. */
export async function collect(take: Take, work: (sink: Writable) => Promise<unknown>): Promise<void> {
  const sink = new Writable({
    highWaterMark: 2 ** 18,
    write(chunk: Buffer, _encoding, done) {
      take(chunk).then(() => done(), done);
    },
  });
  const failed = new Promise<never>((_resolve, reject) => sink.once('error', reject));
  failed.catch(() => undefined);
  const ended = (): Promise<void> => new Promise((resolve) => sink.end(resolve));
  try {
    await Promise.race([work(sink), failed]);
  } catch (error) {
    // What has come before it broke is worth keeping.
    await Promise.race([ended(), failed]).catch(() => undefined);
    throw error;
  }
  await Promise.race([ended(), failed]);
}

/** Where output is text in one answer: a part a command, in base64, or as hexadecimal numbers. */
async function readInParts(shell: BoxShell, box: Survey, offset: number, take: Take): Promise<void> {
  const encode = box.hasBase64 ? 'base64' : 'od -An -v -tx1';
  const script = `dd if="$1" bs=${blockBytes} skip="$2" count=${partBlocks} 2>/dev/null | ${encode}`;
  for (let block = offset / blockBytes; block * blockBytes < box.bytes; block += partBlocks) {
    const options = { timeoutSeconds: partSeconds };
    const text = await shell.must(`reading ${box.path}`, script, [box.path, String(block)], options);
    const bytes = Buffer.from(text.replace(/\s+/g, ''), box.hasBase64 ? 'base64' : 'hex');
    const wanted = Math.min(partBlocks * blockBytes, box.bytes - block * blockBytes);
    if (bytes.length < wanted) {
      throw new DevboxError('failed', `the box gave ${bytes.length} bytes instead of ${wanted}`, {
        code: 'cp/cut-off',
        hint: 'The file may have been changed meanwhile: try again.',
      });
    }
    await take(bytes);
  }
}

function isRight(box: Survey, said: string | null, bytes: number, sums: Sums): boolean {
  return said === null ? bytes === box.bytes : said === sums.wanted();
}
