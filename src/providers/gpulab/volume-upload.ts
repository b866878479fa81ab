import { randomUUID } from 'node:crypto';
import { basename, dirname } from 'node:path';
import { Readable, Transform } from 'node:stream';
import * as z from 'zod/mini';
import type { Clock } from '../../base/clock.ts';
import { DevboxError } from '../../base/errors.ts';
import { cleanLine } from '../../base/text.ts';
import type { UploadSource } from '../facets/volumes.ts';
import { ApiError } from './api-error.ts';
import type { Connection } from './connection.ts';
import { NoAnswer } from './no-answer.ts';
import { type ApiRequest, parseAnswer } from './request.ts';
import { readBounded } from './transfer.ts';

const stateSchema = z.object({ bytes: z.int(), complete: z.boolean() });

/** Waits before an upload goes on after its connection broke, in milliseconds. */
const pauses = [200, 1000, 3000, 10_000];

/**
 * Sends a file to a server of ours, going on where an earlier attempt ended; the server holds it against its SHA-256.
 * @param raw path of the extension `volume-raw`.
 */
export async function uploadRaw(
  { request, transfer }: Pick<Connection, 'request' | 'transfer'>,
  raw: string,
  path: string,
  source: UploadSource,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  const sha256 = await source.sha256();
  const about = {
    path,
    upload: source.key,
    total: String(source.bytes),
    sha256,
    ...(source.mode === null ? {} : { mode: (source.mode & 0o777).toString(8).padStart(3, '0') }),
    ...(source.mtime === null ? {} : { mtime: String(Math.floor(source.mtime)) }),
  };
  for (let attempt = 0; ; attempt++) {
    const question: ApiRequest = { method: 'GET', path: `${raw}?upload=${source.key}` };
    const { bytes } = parseAnswer(stateSchema, question, await request(question));
    const offset = bytes < source.bytes ? bytes : 0;
    try {
      const answer = await transfer({
        method: 'PUT',
        path: `${raw}?${new URLSearchParams({ ...about, offset: String(offset) })}`,
        body: {
          content: counted(source, offset),
          type: 'application/octet-stream',
          bytes: source.bytes - offset,
        },
      });
      await readBounded(answer.content, 10_000);
      return;
    } catch (error) {
      const pause = pauses[attempt];
      const canGoOn = (error instanceof NoAnswer && error.code !== 'gpulab/tls') || isBusy(error);
      if (!canGoOn || pause === undefined) throw error;
      await clock.sleep(pause, signal);
    }
  }
}

/** The server has not noticed yet that an earlier connection is gone. */
const isBusy = (error: unknown): boolean => error instanceof ApiError && error.code === 'gpulab/upload-busy';

/** Sends a file as GPULab's form: the directory, the content, and an empty relative path. */
export async function uploadForm(
  { transfer }: Pick<Connection, 'transfer'>,
  path: string,
  target: string,
  source: UploadSource,
): Promise<void> {
  const boundary = `devbox-${randomUUID()}`;
  const directory = dirname(target) === '.' ? '' : dirname(target);
  const name = basename(target);
  if (/["\\\r\n]/.test(name)) {
    throw new DevboxError('usage', `${cleanLine(name)} cannot be the name of an upload to this server`, {
      code: 'volumes/upload-name',
      hint: 'Choose a name without quotes, backslashes and line breaks.',
    });
  }
  const part = (header: string): string => `--${boundary}\r\nContent-Disposition: form-data; ${header}\r\n`;
  const head = Buffer.from(
    `${part('name="path"')}\r\n${directory}\r\n${part(`name="files[]"; filename="${name}"`)}Content-Type: application/octet-stream\r\n\r\n`,
  );
  const tail = Buffer.from(`\r\n${part('name="relative_paths[]"')}\r\n\r\n--${boundary}--\r\n`);
  const answer = await transfer({
    method: 'POST',
    path,
    body: {
      content: Readable.from(joined(head, counted(source, 0), tail)),
      type: `multipart/form-data; boundary=${boundary}`,
      bytes: head.length + source.bytes + tail.length,
    },
  });
  await readBounded(answer.content, 10_000);
}

async function* joined(head: Buffer, content: Readable, tail: Buffer): AsyncGenerator<Buffer> {
  yield head;
  yield* content;
  yield tail;
}

/** The content of a source, reporting how far it was read. */
function counted(source: UploadSource, offset: number): Readable {
  let sent = offset;
  source.onProgress?.(sent);
  const counter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      sent += chunk.length;
      source.onProgress?.(sent);
      done(null, chunk);
    },
  });
  const content = source.open(offset);
  content.on('error', (error) => counter.destroy(error));
  counter.on('close', () => content.destroy());
  return content.pipe(counter);
}
