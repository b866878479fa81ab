import { rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { ApiProblem } from '../problem.ts';
import { type Arrival, checkSum, PartialUploads, settle, takeIn } from '../volumes/arrival.ts';
import { readForm } from '../volumes/multipart.ts';
import type { Volume } from '../volumes/volume.ts';
import { doneWire } from '../wire/answers.ts';
import {
  contentRequest,
  rawUploadQuery,
  uploadedWire,
  uploadStateQuery,
  uploadWire,
} from '../wire/volume-files.ts';
import { endpoint } from './endpoint.ts';
import type { RouteDeps, Routes } from './routes.ts';

/** Largest text that can be written with its path in one JSON body, in bytes of the body. */
const maxTextBody = 16 * 2 ** 20;
const gigabyte = 2 ** 30;
const done = { status: 'success', message: 'done' } as const;
const problems = [403, 409, 413];

/** What brings content into volumes. */
export const volumeTransferRoutes: Routes = (app, deps) => {
  const { volumes, meter } = deps;
  const writeText = (id: string, { path, content }: { path: string; content: string }, replace: boolean) =>
    volumes.hold(id, async (volume) => {
      const arrival = await takeIn(volume, Readable.from([Buffer.from(content)]), await room(volume, deps));
      await settle(volume, arrival, path, { replace });
      meter.add(volume.id, arrival.bytes);
      return done;
    });
  const text = { body: contentRequest, answer: doneWire, problems, bodyLimit: maxTextBody };

  endpoint(
    app,
    'PUT',
    '/v1/volumes/:volume/files/content',
    { ...text, id: 'writeText', summary: 'Write a file, whether it is there or not' },
    ({ params, body }) => writeText(params.volume, body, true),
  );

  endpoint(
    app,
    'POST',
    '/v1/volumes/:volume/files/create-file',
    { ...text, id: 'createFile', summary: 'Write a file that is not there' },
    ({ params, body }) => writeText(params.volume, body, false),
  );

  app.register(async (streams) => streamRoutes(streams, deps));
};

/** Uploads: their bodies are streams, of any length. */
const streamRoutes: Routes = (app, deps) => {
  const { volumes, meter } = deps;
  const partial = new PartialUploads();
  for (const type of ['multipart/form-data', 'application/octet-stream']) {
    app.addContentTypeParser(type, (_request, payload, ready) => ready(null, payload));
  }

  endpoint(
    app,
    'POST',
    '/v1/volumes/:volume/files/upload',
    {
      id: 'uploadFiles',
      summary: 'Put files into a directory',
      notes:
        'Parts in this order: `path`, the directory; then for each file `files[]` and `relative_paths[]`, which says where below it the file belongs and is empty for its own name.',
      stream: 'multipart/form-data',
      answer: uploadedWire,
      problems: [400, 403, 409, 413, 415, 422],
    },
    ({ params, request: { body, headers } }) =>
      volumes.hold(params.volume, async (volume) => {
        const limit = await room(volume, deps);
        const form = await readForm(
          asStream(body),
          headers['content-type'] ?? '',
          (content) => takeIn(volume, content, limit),
          ({ file }) => rm(file, { force: true }),
        );
        let bytes = 0;
        for (const { arrival, path } of form.files) {
          await settle(volume, arrival, `${form.directory}/${path}`, { replace: true });
          bytes += arrival.bytes;
        }
        meter.add(volume.id, bytes);
        return { status: 'success', message: 'uploaded', files: form.files.length, bytes };
      }),
  );

  endpoint(
    app,
    'PUT',
    '/v1/volumes/:volume/files/raw',
    {
      id: 'uploadFile',
      summary: 'Write a file, whole or in parts',
      notes:
        'With `upload` it can be sent in parts: each begins at `offset`, and the one that reaches `total` makes the file appear.',
      query: rawUploadQuery,
      stream: 'application/octet-stream',
      answer: uploadWire,
      problems: [...problems, 415],
    },
    ({ params, query: asked, request: { body } }) =>
      volumes.hold(params.volume, async (volume) => {
        const { path, upload: key, offset, total, sha256 } = asked;
        const limit = await room(volume, deps);
        const source = asStream(body);
        const arrival: Arrival | undefined =
          key === undefined
            ? await takeIn(volume, source, limit)
            : await partial.add(volume, { key, offset, total }, source, limit);
        if (!arrival) {
          const bytes = key === undefined ? 0 : await partial.arrived(volume, key);
          return { status: 'success', bytes, complete: false, sha256: null };
        }
        try {
          checkSum(arrival, sha256);
        } catch (error) {
          await rm(arrival.file, { force: true });
          throw error;
        }
        const mode = asked.mode === undefined ? undefined : Number.parseInt(asked.mode, 8);
        await settle(volume, arrival, path, { replace: asked.replace, mode, mtime: asked.mtime });
        meter.add(volume.id, arrival.bytes);
        return { status: 'success', bytes: arrival.bytes, complete: true, sha256: arrival.sha256 };
      }),
  );

  endpoint(
    app,
    'GET',
    '/v1/volumes/:volume/files/raw',
    {
      id: 'getUpload',
      summary: 'How much of an upload has arrived',
      query: uploadStateQuery,
      answer: uploadWire,
    },
    async ({ params, query }) => {
      const bytes = await partial.arrived(volumes.get(params.volume), query.upload);
      return { status: 'success', bytes, complete: false, sha256: null };
    },
  );

  endpoint(
    app,
    'DELETE',
    '/v1/volumes/:volume/files/raw',
    {
      id: 'dropUpload',
      summary: 'Forget an upload that nobody will finish',
      query: uploadStateQuery,
      answer: doneWire,
    },
    async ({ params, query }) => {
      await partial.drop(volumes.get(params.volume), query.upload);
      return done;
    },
  );
};

/** How many bytes a volume may still get. */
async function room(volume: Volume, { meter }: Pick<RouteDeps, 'meter'>): Promise<number> {
  return Math.max(0, volume.maxSizeGb * gigabyte - (await meter.used(volume)));
}

function asStream(body: unknown): Readable {
  if (body instanceof Readable) return body;
  // An empty body, which no parser sees.
  if (body === undefined || body === null) return Readable.from([]);
  throw new ApiProblem(415, 'wrong-type', 'the body must be application/octet-stream or a form');
}
