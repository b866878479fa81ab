import { PassThrough, type Readable, Writable } from 'node:stream';
import { DevboxError } from '../../base/errors.ts';
import { cleanLine } from '../../base/text.ts';
import { maxExecSeconds } from '../../server/wire/exec.ts';
import type { BoxAccess } from '../access.ts';

/** The part of the way to a box that copies need. */
export type CopyAccess = Pick<BoxAccess, 'exec' | 'streams'>;

/** How a script ended. */
export interface ScriptResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ScriptOptions {
  /** What it reads; nothing by default. */
  readonly stdin?: Readable;
  /** Where its output goes, instead of into the result. */
  readonly stdout?: Writable;
  /** Seconds; by default as long as it takes, or as the server allows. */
  readonly timeoutSeconds?: number;
}

/** Most that is kept of what a script writes, in bytes. */
const maxKept = 32 * 2 ** 20;

/** Runs short scripts of `sh` in a box. Values come in as `$1`, `$2`, ... and are never part of the script. */
export class BoxShell {
  readonly #access: CopyAccess;

  constructor(access: CopyAccess) {
    this.#access = access;
  }

  /** Whether content can be sent and read in one go. */
  streams(): Promise<boolean> {
    return this.#access.streams();
  }

  async run(
    script: string,
    args: readonly string[],
    { stdin, stdout, timeoutSeconds }: ScriptOptions = {},
  ): Promise<ScriptResult> {
    const [out, err] = [collector(), collector()];
    const longest = (await this.streams()) ? null : maxExecSeconds;
    const request = {
      argv: ['sh', '-c', script, 'sh', ...args],
      timeoutSeconds: timeoutSeconds ?? longest,
    };
    try {
      const code = await this.#access.exec(request, {
        stdin: stdin ?? nothing(),
        stdout: stdout ?? out.stream,
        stderr: err.stream,
      });
      return { code, stdout: out.text(), stderr: err.text() };
    } finally {
      stdin?.destroy();
    }
  }

  /** Like `run`, for a script that has to end well. @param what it does, for the error: `writing /a/b`. */
  async must(
    what: string,
    script: string,
    args: readonly string[],
    options?: ScriptOptions,
  ): Promise<string> {
    const result = await this.run(script, args, options);
    if (result.code !== 0) throw scriptFailed(what, result);
    return result.stdout;
  }
}

/** Most bytes of paths that one command gets: a shell takes 128 KiB in one word. */
const maxWords = 48 * 1024;

/** Splits paths into lists that fit into one command each. */
export function batches(paths: readonly string[]): string[][] {
  const lists: string[][] = [];
  let left = 0;
  for (const path of paths) {
    // A quote in it is written as four characters.
    const bytes = Buffer.byteLength(path.replaceAll("'", '****')) + 3;
    if (left < bytes) lists.push([]);
    left = (left < bytes ? maxWords : left) - bytes;
    lists.at(-1)?.push(path);
  }
  return lists;
}

/** The error of a script that ended badly: the last thing that it said. */
export function scriptFailed(what: string, { code, stderr }: ScriptResult): DevboxError {
  const said = cleanLine(stderr.trim().split('\n').at(-1) ?? '', 300);
  return new DevboxError('failed', `${what} failed in the box`, {
    code: 'cp/box-failed',
    details: [{ label: 'Box says', value: said || `exit code ${code}` }],
  });
}

function nothing(): Readable {
  const stream = new PassThrough();
  stream.end();
  return stream;
}

function collector(): { readonly stream: Writable; text(): string } {
  const chunks: Buffer[] = [];
  let bytes = 0;
  const stream = new Writable({
    write(chunk: Buffer | string, _encoding, done) {
      const buffer = Buffer.from(chunk);
      if (bytes < maxKept) chunks.push(buffer);
      bytes += buffer.length;
      done();
    },
  });
  return { stream, text: () => Buffer.concat(chunks).toString('utf8') };
}
