import { createHash } from 'node:crypto';
import { basename, resolve } from 'node:path';
import { Readable } from 'node:stream';
import * as z from 'zod/mini';
import { DevboxError } from '../../../base/errors.ts';
import { type LocalFile, localFile } from '../../../remote/copy/local-file.ts';
import { type CommandDeps, defineCommand } from '../../command.ts';
import { tellProgress, uploadSource } from '../../upload-source.ts';
import { findVolume, volumeShape } from '../find-volume.ts';
import { doneView } from './files-view.ts';
import { pathShape, plainPath } from './shape.ts';

export const volumesFilesUpload = defineCommand({
  name: 'volumes_files_upload',
  changes: true,
  summary: 'copy files of this machine into a volume',
  examples: [
    'devbox volumes files upload data model.bin',
    'devbox volumes files upload data a.bin b.bin --dest models',
  ],
  positionals: ['volume', 'files'],
  shape: {
    ...volumeShape,
    files: z
      .array(z.string().check(z.minLength(1)))
      .check(z.minLength(1, 'at least one file'), z.describe('files of this machine')),
    dest: z.string().check(z.describe('directory in the volume; empty for its root')),
  },
  async run({ volume: identifier, files: paths, dest }, deps) {
    // All are looked at before the first is sent.
    const locals = await Promise.all(paths.map((path) => localFile(resolve(deps.context.cwd, path))));
    const { volume, volumes } = await findVolume(identifier, deps);
    const files = volumes.files(volume.id);
    const uploaded: { path: string; bytes: number; sha256: string }[] = [];
    for (const local of locals) {
      const path = [plainPath(dest), basename(local.path)].filter(Boolean).join('/');
      await files.upload(path, uploadSource(local, `${volume.id}/${path}`, tellProgress(path, deps)));
      deps.emit({ type: 'transferred', name: path });
      uploaded.push({ path, bytes: local.bytes, sha256: await local.sha256() });
    }
    return {
      view: {
        cards: uploaded.map(({ path, bytes }) => ({
          title: path,
          rows: [
            { label: 'Status', value: 'uploaded' },
            { label: 'Bytes', value: String(bytes) },
          ],
        })),
        json: uploaded.map((each) => ({ action: 'uploaded', ...each })),
        quiet: uploaded.map(({ path }) => path),
      },
    };
  },
});

/** Largest content that is taken from stdin or the command line, in bytes. */
const maxWritten = 64 * 2 ** 20;

export const volumesFilesWrite = defineCommand({
  name: 'volumes_files_write',
  changes: true,
  summary: 'write a file of a volume: from content, from a file, or from stdin',
  examples: [
    "devbox volumes files write data notes.txt --content 'hello'",
    'devbox volumes files write data config.yaml --from-file config.yaml',
    'date | devbox volumes files write data now.txt',
  ],
  positionals: ['volume', 'path'],
  flags: { content: { key: 'content', value: 'text' }, 'from-file': { key: 'from_file', value: 'text' } },
  shape: {
    ...volumeShape,
    ...pathShape,
    content: z.nullable(z.string()).check(z.describe('the content itself')),
    from_file: z
      .nullable(z.string())
      .check(z.describe('a file of this machine that has the content; - for stdin')),
  },
  async run({ volume: identifier, path, content, from_file }, deps) {
    if (content !== null && from_file !== null) {
      throw new DevboxError('usage', 'content and from_file exclude each other', {
        code: 'volumes/two-contents',
        title: 'Usage Error',
      });
    }
    const local =
      from_file !== null && from_file !== '-'
        ? await localFile(resolve(deps.context.cwd, from_file))
        : inMemory(content === null ? await readStdin(deps) : Buffer.from(content));
    const { volume, volumes } = await findVolume(identifier, deps);
    const name = plainPath(path);
    const source = uploadSource(local, `${volume.id}/${name}`, tellProgress(name, deps));
    await volumes.files(volume.id).upload(name, { ...source, mode: null, mtime: null });
    deps.emit({ type: 'transferred', name });
    return { view: doneView('written', name, { bytes: local.bytes }) };
  },
});

async function readStdin({ context }: Pick<CommandDeps, 'context'>): Promise<Buffer> {
  if (context.stdin.isTTY) context.stderr.stream.write('The content, ended with Ctrl-D:\n');
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of context.stdin.stream) {
    bytes += chunk.length;
    chunks.push(Buffer.from(chunk));
    if (bytes <= maxWritten) continue;
    throw new DevboxError('usage', 'that is too much for one write', {
      code: 'volumes/too-large',
      hint: 'Put it into a file and upload that: devbox volumes files upload',
    });
  }
  return Buffer.concat(chunks);
}

function inMemory(bytes: Buffer): LocalFile {
  const sum = createHash('sha256').update(bytes).digest('hex');
  return {
    identity: sum,
    path: '-',
    bytes: bytes.length,
    mode: 0o644,
    mtime: 0,
    open: (offset) => Readable.from([bytes.subarray(offset)]),
    sha256: async () => sum,
  };
}
