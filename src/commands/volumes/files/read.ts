import { basename, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import * as z from 'zod/mini';
import { DevboxError } from '../../../base/errors.ts';
import { saveFile } from '../../../remote/copy/local-file.ts';
import { defineCommand } from '../../command.ts';
import { mayReplace } from '../../may-replace.ts';
import { receive } from '../../receive-file.ts';
import { tellProgress } from '../../upload-source.ts';
import { volumeShape } from '../find-volume.ts';
import { doneView } from './files-view.ts';

import { openVolume, pathShape, plainPath } from './shape.ts';

/** Largest file that is put into a JSON document, in bytes. */
const maxJsonBytes = 16 * 2 ** 20;

export const volumesFilesCat = defineCommand({
  name: 'volumes_files_cat',
  summary: 'write a file of a volume to stdout, byte by byte as it is',
  examples: [
    'devbox volumes files cat data notes.txt',
    'devbox volumes files cat data model.bin > model.bin',
  ],
  positionals: ['volume', 'path'],
  shape: { ...volumeShape, ...pathShape },
  async run({ volume, path }, deps) {
    const { content } = await (await openVolume(volume, deps)).download(path);
    if (deps.mode === 'json') {
      const bytes = await whole(content, plainPath(path));
      const text = bytes.toString('utf8');
      const isText = Buffer.compare(Buffer.from(text), bytes) === 0;
      const json = {
        path: plainPath(path),
        content: isText ? text : bytes.toString('base64'),
        encoding: isText ? 'utf8' : 'base64',
        bytes: bytes.length,
      };
      return { view: { cards: [], json, quiet: [] } };
    }
    await deps.releaseTerminal();
    await pipeline(content, deps.context.stdout.stream, { end: false });
    return {};
  },
});

async function whole(content: AsyncIterable<Buffer>, path: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of content) {
    bytes += chunk.length;
    if (bytes > maxJsonBytes) {
      throw new DevboxError('usage', `${path} is too large for a JSON document`, {
        code: 'volumes/too-large',
        hint: 'Leave out --json, or download it: devbox volumes files download',
      });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

export const volumesFilesDownload = defineCommand({
  name: 'volumes_files_download',
  summary: 'copy a file of a volume to this machine',
  examples: [
    'devbox volumes files download data models/a.bin',
    'devbox volumes files download data a.bin -o /tmp/a.bin --force',
    'devbox volumes files download data a.bin -o - | sha256sum',
  ],
  positionals: ['volume', 'path'],
  flags: { o: { key: 'output', value: 'text' }, output: { key: 'output', value: 'text' } },
  shape: {
    ...volumeShape,
    ...pathShape,
    output: z
      .nullable(z.string().check(z.minLength(1, 'a path, or - for stdout')))
      .check(z.describe('where it goes; null for its own name here, - for stdout')),
    force: z.boolean().check(z.describe('replace what is there, without asking')),
  },
  async run({ volume, path, output, force }, deps) {
    const { context, emit } = deps;
    if (output === '-') {
      const { content } = await (await openVolume(volume, deps)).download(path);
      await deps.releaseTerminal();
      await pipeline(content, context.stdout.stream, { end: false });
      return {};
    }
    const target = resolve(context.cwd, output ?? basename(plainPath(path)));
    await mayReplace(target, force, deps);
    const files = await openVolume(volume, deps);
    const name = plainPath(path);
    const { bytes, sha256 } = await saveFile(target, (file) =>
      receive(files, path, file, tellProgress(name, deps), context.clock, context.signal),
    );
    emit({ type: 'transferred', name });
    return { view: doneView('downloaded', name, { to: target, bytes, sha256 }) };
  },
});
