import { rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { ApiProblem } from '../problem.ts';
import { type Arrival, checkSum, PartialUploads, settle, takeIn } from '../volumes/arrival.ts';
import { checksumOf, openDownload } from '../volumes/download.ts';
import {
  copyFile,
  type Items,
  listFiles,
  makeDirectory,
  readText,
  removeFile,
  renameFile,
  searchFiles,
} from '../volumes/files.ts';
import { readForm } from '../volumes/multipart.ts';
import type { Volume } from '../volumes/volume.ts';
import { checkRequest } from '../wire/check.ts';
import {
  contentRequest,
  copyRequest,
  type FilesWire,
  listQuery,
  mkdirRequest,
  pathQuery,
  rawUploadQuery,
  renameRequest,
  searchQuery,
  type UploadWire,
  uploadStateQuery,
} from '../wire/volume-files.ts';
import type { RouteDeps, Routes, VolumePath } from './routes.ts';

/** Largest text that can be written with its path in one JSON body, in bytes of the body. */
const maxTextBody = 16 * 2 ** 20;
const gigabyte = 2 ** 30;
const done = { status: 'success', message: 'done' } as const;

/** The files of volumes. */
export const volumeFileRoutes: Routes = (app, deps) => {
  const { volumes, meter } = deps;
  const base = '/v1/volumes/:volume/files';
  /** Does something that makes a volume smaller or larger by an amount nobody counts. */
  const changing = <T>(id: string, work: (volume: Volume) => Promise<T>): Promise<T> =>
    volumes.hold(id, async (volume) => {
      const result = await work(volume);
      meter.forget(volume.id);
      return result;
    });

  app.get<VolumePath>(base, async ({ params, query }) => {
    const { path } = checkRequest(listQuery, query);
    return toWire(await listFiles(volumes.get(params.volume), path));
  });

  app.get<VolumePath>(`${base}/search`, async ({ params, query }) => {
    const asked = checkRequest(searchQuery, query);
    return toWire(await searchFiles(volumes.get(params.volume), asked.query, asked.path));
  });

  app.get<VolumePath>(`${base}/content`, async ({ params, query }) => {
    const { path } = checkRequest(pathQuery, query);
    return { status: 'success', content: await readText(volumes.get(params.volume), path), message: '' };
  });

  app.post<VolumePath>(`${base}/mkdir`, ({ params, body }) => {
    const { path, parents } = checkRequest(mkdirRequest, body);
    return changing(params.volume, async (volume) => {
      await makeDirectory(volume, path, parents);
      return done;
    });
  });

  app.post<VolumePath>(`${base}/rename`, ({ params, body }) => {
    const { old_path, new_path } = checkRequest(renameRequest, body);
    return changing(params.volume, async (volume) => {
      await renameFile(volume, old_path, new_path);
      return done;
    });
  });

  app.post<VolumePath>(`${base}/copy`, ({ params, body }) => {
    const { source_path, dest_path } = checkRequest(copyRequest, body);
    return changing(params.volume, async (volume) => {
      await copyFile(volume, source_path, dest_path);
      return done;
    });
  });

  app.delete<VolumePath>(base, ({ params, query }) => {
    const { path } = checkRequest(pathQuery, query);
    return changing(params.volume, async (volume) => {
      await removeFile(volume, path);
      return done;
    });
  });

  const writeText = (id: string, body: unknown, replace: boolean) =>
    volumes.hold(id, async (volume) => {
      const { path, content } = checkRequest(contentRequest, body);
      const arrival = await takeIn(volume, Readable.from([Buffer.from(content)]), await room(volume, deps));
      await settle(volume, arrival, path, { replace });
      meter.add(volume.id, arrival.bytes);
      return done;
    });
  const large = { bodyLimit: maxTextBody };
  app.put<VolumePath>(`${base}/content`, large, ({ params, body }) => writeText(params.volume, body, true));
  app.post<VolumePath>(`${base}/create-file`, large, ({ params, body }) =>
    writeText(params.volume, body, false),
  );

  app.get<VolumePath>(`${base}/download`, async ({ params, query, headers }, reply) => {
    const { path } = checkRequest(pathQuery, query);
    const range = headers.range;
    const ifRange = headers['if-range']?.toString();
    const volume = volumes.get(params.volume);
    return sendFile(reply, path, await openDownload(volume, path, { range, ifRange }));
  });

  app.get<VolumePath>(`${base}/checksum`, async ({ params, query }) => {
    const { path } = checkRequest(pathQuery, query);
    return { status: 'success', ...(await checksumOf(volumes.get(params.volume), path)) };
  });

  app.register(async (streams) => transferRoutes(streams, deps));
};

/** Uploads: their bodies are streams, of any length. */
const transferRoutes: Routes = (app, deps) => {
  const { volumes, meter } = deps;
  const partial = new PartialUploads();
  for (const type of ['multipart/form-data', 'application/octet-stream']) {
    app.addContentTypeParser(type, (_request, payload, ready) => ready(null, payload));
  }

  app.post<VolumePath>('/v1/volumes/:volume/files/upload', async ({ params, body, headers }) =>
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

  const raw = '/v1/volumes/:volume/files/raw';
  app.put<VolumePath>(raw, async ({ params, query, body }): Promise<UploadWire> => {
    const asked = checkRequest(rawUploadQuery, query);
    return volumes.hold(params.volume, async (volume) => {
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
    });
  });

  app.get<VolumePath>(raw, async ({ params, query }): Promise<UploadWire> => {
    const { upload } = checkRequest(uploadStateQuery, query);
    const bytes = await partial.arrived(volumes.get(params.volume), upload);
    return { status: 'success', bytes, complete: false, sha256: null };
  });

  app.delete<VolumePath>(raw, async ({ params, query }) => {
    const { upload } = checkRequest(uploadStateQuery, query);
    await partial.drop(volumes.get(params.volume), upload);
    return done;
  });
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

function sendFile(reply: FastifyReply, path: string, file: Awaited<ReturnType<typeof openDownload>>) {
  const { content, start, size, tag } = file;
  const name = encodeURIComponent(path.split('/').at(-1) ?? 'file');
  reply.headers({
    'content-type': 'application/octet-stream',
    'content-length': size - start,
    'content-disposition': `attachment; filename*=UTF-8''${name}`,
    'accept-ranges': 'bytes',
    etag: tag,
    // What is in a volume is nobody's page.
    'x-content-type-options': 'nosniff',
  });
  if (start > 0)
    reply.code(206).header('content-range', `bytes ${start}-${Math.max(start, size - 1)}/${size}`);
  return reply.send(content);
}

function toWire({ items, isCut }: Items): FilesWire {
  const directories = items.filter((item) => item.is_directory).length;
  return {
    status: 'success',
    items,
    info: { directories, files: items.length - directories },
    message: isCut ? `only the first ${items.length}: there are more` : '',
  };
}
