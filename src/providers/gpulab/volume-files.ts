import * as z from 'zod/mini';
import type { Clock } from '../../base/clock.ts';
import { cleanLine } from '../../base/text.ts';
import type { VolumeFile, VolumeFileList, VolumeFiles } from '../facets/volumes.ts';
import { type Connection, has } from './connection.ts';
import { type ApiRequest, parseAnswer } from './request.ts';
import { uploadForm, uploadRaw } from './volume-upload.ts';
import { volumePath } from './volumes.ts';

const text = z.nullish(z.string());

const filesSchema = z.object({
  items: z.nullish(
    z.array(
      z.object({
        name: z.string(),
        path: text,
        modified: text,
        is_directory: z.nullish(z.boolean()),
        is_text: z.nullish(z.boolean()),
        is_link: z.nullish(z.boolean()),
        size: z.nullish(z.number()),
      }),
    ),
  ),
  message: text,
});
type Item = NonNullable<z.infer<typeof filesSchema>['items']>[number];

const checksumSchema = z.object({ sha256: z.string() });

/** Seconds for a copy within a volume. */
const copySeconds = 600;

/** The files of a volume on a server with GPULab's API. Paths are sent without a slash before them. */
export function filesOn(
  connect: () => Promise<Connection>,
  id: string,
  clock: Clock,
  signal: AbortSignal,
): VolumeFiles {
  const base = `${volumePath(id)}/files`;
  const list = async (path: string): Promise<VolumeFileList> => {
    const call: ApiRequest = { method: 'GET', path };
    return toList(parseAnswer(filesSchema, call, await (await connect()).request(call)));
  };
  const post = async (verb: string, json: unknown, timeoutSeconds?: number): Promise<void> => {
    const limit = timeoutSeconds === undefined ? {} : { timeoutSeconds };
    await (await connect()).request({ method: 'POST', path: `${base}/${verb}`, json, ...limit });
  };
  return {
    list: (path) => list(relative(path) === '' ? base : `${base}?${query({ path })}`),
    search: (wanted, path) =>
      list(`${base}/search?${query({ query: wanted, ...(relative(path) === '' ? {} : { path }) })}`),
    makeDirectory: (path) => post('mkdir', { path: relative(path) }),
    rename: (from, to) => post('rename', { old_path: relative(from), new_path: relative(to) }),
    copy: (from, to) => post('copy', { source_path: relative(from), dest_path: relative(to) }, copySeconds),
    async remove(path) {
      await (await connect()).request({ method: 'DELETE', path: `${base}?${query({ path })}` });
    },
    async download(path, after) {
      const headers: Record<string, string> =
        after && after.offset > 0 && after.tag !== null
          ? { range: `bytes=${after.offset}-`, 'if-range': after.tag }
          : {};
      const connection = await connect();
      const answer = await connection.transfer({
        method: 'GET',
        path: `${base}/download?${query({ path })}`,
        headers: { accept: 'application/octet-stream, application/json', ...headers },
      });
      const start =
        answer.status === 206
          ? Number(/^bytes (\d+)-/.exec(answer.headers['content-range'] ?? '')?.[1] ?? 0)
          : 0;
      const length = answer.headers['content-length'];
      return {
        content: answer.content,
        start,
        bytes: length === undefined ? null : start + Number(length),
        tag: answer.headers['etag'] ?? null,
      };
    },
    async sha256(path) {
      const connection = await connect();
      if (!has(connection, 'volume-raw')) return null;
      const call: ApiRequest = {
        method: 'GET',
        path: `${base}/checksum?${query({ path })}`,
        timeoutSeconds: copySeconds,
      };
      return parseAnswer(checksumSchema, call, await connection.request(call)).sha256;
    },
    async upload(path, source) {
      const connection = await connect();
      if (has(connection, 'volume-raw')) {
        await uploadRaw(connection, `${base}/raw`, relative(path), source, clock, signal);
      } else await uploadForm(connection, `${base}/upload`, relative(path), source);
    },
  };
}

/** A query with one path in it, relative to the root as GPULab's own client sends it. */
function query({ path, ...rest }: Readonly<Record<string, string>>): string {
  return new URLSearchParams({ ...rest, ...(path === undefined ? {} : { path: relative(path) }) }).toString();
}

const relative = (path: string): string => path.replace(/^\/+/, '');

function toList({ items, message }: z.infer<typeof filesSchema>): VolumeFileList {
  return { files: (items ?? []).map(toFile), note: message ? cleanLine(message, 300) : '' };
}

function toFile(item: Item): VolumeFile {
  return {
    name: cleanLine(item.name, 300),
    path: cleanLine(relative(item.path ?? item.name), 4096),
    kind: item.is_directory ? 'directory' : item.is_link ? 'link' : 'file',
    size: item.size ?? 0,
    modified: item.modified ? cleanLine(item.modified, 60) : null,
    isText: item.is_text ?? false,
  };
}
