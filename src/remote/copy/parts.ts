import type { Readable } from 'node:stream';
import { DevboxError } from '../../base/errors.ts';
import type { BoxShell } from './box-shell.ts';

/** Where parts are put together in the box, and in which form they travel. */
export interface Assembly {
  readonly path: string;
  /** Bytes that are there already. */
  readonly offset: number;
  /** `octal` needs nothing but the shell's own printf. */
  readonly encoding: 'base64' | 'octal';
}

/** Bytes of a part, so that with its encoding it stays below the 128 KiB that one argument can have. */
const partBytes = { base64: 66_000, octal: 22_000 } as const;

const decoders = {
  base64: 'printf %s "$2" | base64 -d >> "$1"',
  octal: 'printf "$2" >> "$1"',
} as const;

/** A command that writes one part ends in this many seconds, or something is wrong. */
const partSeconds = 60;
/** Exit status of a script that did not find what the parts before have made. */
const moved = 66;

/**
 * Sends content where commands get no stdin: in many commands, each of which appends a part to what it finds. One whose
 * answer is lost is not simply repeated: the box says first how much has arrived.
 */
export async function sendInParts(
  shell: BoxShell,
  { path, offset, encoding }: Assembly,
  source: Readable,
): Promise<void> {
  let at = offset;
  if (offset === 0) await shell.must(`writing ${path}`, ': > "$1"', [path]);
  for await (const part of inParts(source, partBytes[encoding])) {
    await sendPart(shell, path, at, part, encoding);
    at += part.length;
  }
}

async function sendPart(
  shell: BoxShell,
  path: string,
  offset: number,
  part: Buffer,
  encoding: Assembly['encoding'],
): Promise<void> {
  const script = `[ "$(($(wc -c < "$1")))" = "$3" ] || exit ${moved}\n${decoders[encoding]}`;
  for (let done = 0, tries = 0; done < part.length; ) {
    const rest = part.subarray(done);
    const text = encoding === 'base64' ? rest.toString('base64') : octal(rest);
    try {
      const result = await shell.run(script, [path, text, String(offset + done)], {
        timeoutSeconds: partSeconds,
      });
      if (result.code === 0) return;
      if (result.code !== moved || tries++ > 2) throw partFailed(path, result.stderr);
    } catch (error) {
      if (!mayHaveArrived(error) || tries++ > 2) throw error;
    }
    const size = Number((await shell.must(`looking at ${path}`, 'wc -c < "$1"', [path])).trim());
    if (size < offset || size > offset + part.length) throw partFailed(path, 'somebody else writes there');
    done = size - offset;
  }
}

/** The connection went, or the server had a fault; an answer of the API that refuses is none of these. */
function mayHaveArrived(error: unknown): boolean {
  return (
    error instanceof DevboxError &&
    /^gpulab\/(dropped|timeout|refused|5\d\d)$|^exec\/timed-out$/.test(error.code)
  );
}

function partFailed(path: string, said: string): DevboxError {
  return new DevboxError('failed', `writing ${path} failed in the box`, {
    code: 'cp/box-failed',
    details: said.trim() === '' ? [] : [{ label: 'Box says', value: said.trim().slice(0, 300) }],
  });
}

const octal = (bytes: Buffer): string =>
  Array.from(bytes, (byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('');

/** A stream in pieces of one size, the last one shorter. */
export async function* inParts(source: Readable, size: number): AsyncGenerator<Buffer> {
  let kept: Buffer[] = [];
  let length = 0;
  for await (const chunk of source) {
    kept.push(chunk);
    length += chunk.length;
    if (length < size) continue;
    let all = Buffer.concat(kept);
    for (; all.length >= size; all = all.subarray(size)) yield all.subarray(0, size);
    kept = [all];
    length = all.length;
  }
  if (length > 0) yield Buffer.concat(kept);
}
