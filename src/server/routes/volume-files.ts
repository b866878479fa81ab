import type { FastifyReply } from 'fastify';
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
import type { Volume } from '../volumes/volume.ts';
import { doneWire } from '../wire/answers.ts';
import {
  checksumWire,
  copyRequest,
  type FilesWire,
  filesWire,
  listQuery,
  mkdirRequest,
  pathQuery,
  renameRequest,
  searchQuery,
  textWire,
} from '../wire/volume-files.ts';
import { endpoint } from './endpoint.ts';
import type { Routes } from './routes.ts';

const done = { status: 'success', message: 'done' } as const;
/** Statuses with which the files of a volume refuse. */
const problems = [403, 409, 413];

/** The files of volumes: look at them, move them about, read them. */
export const volumeFileRoutes: Routes = (app, { volumes, meter }) => {
  /** Does something that makes a volume smaller or larger by an amount nobody counts. */
  const changing = async (id: string, work: (volume: Volume) => Promise<void>): Promise<typeof done> =>
    volumes.hold(id, async (volume) => {
      await work(volume);
      meter.forget(volume.id);
      return done;
    });

  endpoint(
    app,
    'GET',
    '/v1/volumes/:volume/files',
    { id: 'listFiles', summary: 'What is in a directory', query: listQuery, answer: filesWire, problems },
    async ({ params, query }) => toWire(await listFiles(volumes.get(params.volume), query.path)),
  );

  endpoint(
    app,
    'GET',
    '/v1/volumes/:volume/files/search',
    {
      id: 'searchFiles',
      summary: 'What has a text in its name, below a directory',
      query: searchQuery,
      answer: filesWire,
      problems,
    },
    async ({ params, query }) =>
      toWire(await searchFiles(volumes.get(params.volume), query.query, query.path)),
  );

  endpoint(
    app,
    'GET',
    '/v1/volumes/:volume/files/content',
    { id: 'readText', summary: 'The text in a file', query: pathQuery, answer: textWire, problems },
    async ({ params, query }) => ({
      status: 'success',
      content: await readText(volumes.get(params.volume), query.path),
      message: '',
    }),
  );

  endpoint(
    app,
    'POST',
    '/v1/volumes/:volume/files/mkdir',
    { id: 'makeDirectory', summary: 'Make a directory', body: mkdirRequest, answer: doneWire, problems },
    ({ params, body }) => changing(params.volume, (volume) => makeDirectory(volume, body.path, body.parents)),
  );

  endpoint(
    app,
    'POST',
    '/v1/volumes/:volume/files/rename',
    { id: 'renameFile', summary: 'Rename or move', body: renameRequest, answer: doneWire, problems },
    ({ params, body }) =>
      changing(params.volume, (volume) => renameFile(volume, body.old_path, body.new_path)),
  );

  endpoint(
    app,
    'POST',
    '/v1/volumes/:volume/files/copy',
    {
      id: 'copyFile',
      summary: 'Copy, directories with all in them',
      body: copyRequest,
      answer: doneWire,
      problems,
    },
    ({ params, body }) =>
      changing(params.volume, (volume) => copyFile(volume, body.source_path, body.dest_path)),
  );

  endpoint(
    app,
    'DELETE',
    '/v1/volumes/:volume/files',
    {
      id: 'deleteFile',
      summary: 'Delete, directories with all in them',
      query: pathQuery,
      answer: doneWire,
      problems,
    },
    ({ params, query }) => changing(params.volume, (volume) => removeFile(volume, query.path)),
  );

  endpoint(
    app,
    'GET',
    '/v1/volumes/:volume/files/download',
    {
      id: 'downloadFile',
      summary: 'The content of a file',
      notes: 'Takes `Range: bytes=N-`, with `If-Range` and the `ETag` of the beginning.',
      query: pathQuery,
      answer: 'bytes',
      problems: [403, 416],
    },
    async ({ params, query: { path }, request: { headers }, reply }) => {
      const range = headers.range;
      const ifRange = headers['if-range']?.toString();
      return sendFile(reply, path, await openDownload(volumes.get(params.volume), path, { range, ifRange }));
    },
  );

  endpoint(
    app,
    'GET',
    '/v1/volumes/:volume/files/checksum',
    {
      id: 'fileChecksum',
      summary: 'SHA-256 and size of a file',
      query: pathQuery,
      answer: checksumWire,
      problems: [403],
    },
    async ({ params, query }) => ({
      status: 'success',
      ...(await checksumOf(volumes.get(params.volume), query.path)),
    }),
  );
};

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
