import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Busboy, type BusboyInstance } from '@fastify/busboy';
import { ApiProblem } from '../problem.ts';
import type { Arrival } from './arrival.ts';

/** What a form upload brought: a directory, and files with their path below it. */
export interface FormUpload {
  readonly directory: string;
  readonly files: readonly { readonly arrival: Arrival; readonly path: string }[];
}

const limits = { fields: 4000, files: 2000, fieldSize: 8192, fieldNameSize: 100 };

/**
 * Reads the parts of GPULab's upload as they come: `path`, then for each file `files[]` and `relative_paths[]`, which
 * says where below the directory the file belongs and is empty for its own name.
 * @param take writes a file down; what it gives back in a form that fails later is handed to `discard`.
 * @throws ApiProblem 400 for a body that is no such form, or was cut off.
 */
export async function readForm(
  body: Readable,
  contentType: string,
  take: (content: Readable) => Promise<Arrival>,
  discard: (arrival: Arrival) => Promise<void>,
): Promise<FormUpload> {
  const parser = openParser(contentType);
  const files: { name: string; relative: string; arrival: Promise<Arrival> }[] = [];
  let directory = '';
  let isCut = false;
  parser.on('field', (name, value, nameIsCut, valueIsCut) => {
    isCut ||= nameIsCut || valueIsCut;
    const last = files.at(-1);
    if (name === 'path') directory = value;
    else if (name === 'relative_paths[]' && last) last.relative = value;
  });
  parser.on('file', (_field, content, name) => {
    const arrival = take(content);
    arrival.catch((error: unknown) => parser.destroy(asError(error)));
    // The parser tells a part that is cut off of it, but does not end it.
    content.on('error', (error) => content.destroy(error));
    files.push({ name, relative: '', arrival });
  });
  for (const event of ['filesLimit', 'fieldsLimit', 'partsLimit'] as const) {
    parser.on(event, () => {
      isCut = true;
    });
  }
  try {
    await pipeline(body, parser);
    if (isCut) throw badForm('it has too many parts, or a field that is too long');
    const arrived = await Promise.all(
      files.map(async ({ arrival, name, relative }) => ({ arrival: await arrival, path: relative || name })),
    );
    return { directory, files: arrived };
  } catch (error) {
    const settled = await Promise.allSettled(files.map(({ arrival }) => arrival));
    for (const each of settled) if (each.status === 'fulfilled') await discard(each.value);
    if (error instanceof ApiProblem) throw error;
    throw badForm(asError(error).message);
  }
}

function openParser(contentType: string): BusboyInstance {
  try {
    return new Busboy({ headers: { 'content-type': contentType }, limits });
  } catch (error) {
    throw badForm(asError(error).message);
  }
}

function badForm(why: string): ApiProblem {
  return new ApiProblem(400, 'invalid-form', `the form is not understood: ${why}`);
}

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));
