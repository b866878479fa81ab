import { DevboxError } from '../../base/errors.ts';
import { cleanLine, count } from '../../base/text.ts';
import type { BoxAccess } from '../../remote/access.ts';
import { type Synced, syncedDirectory, syncTree } from '../../remote/sync/index.ts';
import type { WorkingTree } from '../../remote/sync/working-tree.ts';
import type { CommandDeps } from '../command.ts';
import { tellProgress } from '../upload-source.ts';

/** The directory in the box, absolute, and what `--json` says of the sync: null where there was none. */
export interface Provided {
  readonly directory: string;
  readonly json: Omit<Synced, 'directory'> | null;
}

/** Makes sure that a box has the directory in which a command runs, with the files of the working tree where they are wanted. */
export async function provideFiles(
  tree: WorkingTree,
  path: string,
  sync: boolean,
  access: BoxAccess,
  deps: CommandDeps,
): Promise<Provided> {
  if (!sync) {
    const directory = await syncedDirectory(access, path);
    if (directory === null) throw noDirectory(path);
    return { directory, json: null };
  }
  const { env, signal } = deps.context;
  const onProgress = tellProgress(tree.name, deps);
  const { directory, ...json } = await syncTree(tree, path, { access, env, signal, onProgress });
  // With --json the document says it.
  if (deps.mode !== 'json') deps.emit({ type: 'notice', level: 'info', message: told(json, path) });
  return { directory, json };
}

function told({ files, deleted }: Omit<Synced, 'directory'>, path: string): string {
  const where = `${cleanLine(path, 200)} in the box`;
  if (files === 0 && deleted === 0) return `Nothing has changed since the last sync to ${where}.`;
  const sent = files === 0 ? [] : [`${count(files, 'file')} sent`];
  const gone = deleted === 0 ? [] : [`${deleted} deleted`];
  return `Synced to ${where}: ${[...sent, ...gone].join(', ')}.`;
}

function noDirectory(path: string): DevboxError {
  return new DevboxError('not-found', `there is no directory ${cleanLine(path, 200)} in the box`, {
    code: 'run/no-directory',
    title: 'Not Found',
    hint: 'Leave out sync=false, or name another one with directory=PATH.',
  });
}
