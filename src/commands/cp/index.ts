import * as z from 'zod/mini';
import { DevboxError } from '../../base/errors.ts';
import { cleanLine, count } from '../../base/text.ts';
import { type Endpoint, parseEndpoint } from '../../remote/copy/endpoint.ts';
import {
  type Copied,
  type CopyOptions,
  copyFromBox,
  copyStreamTo,
  copyToBox,
  copyToStream,
} from '../../remote/copy/index.ts';
import { byteSize } from '../../ui/units.ts';
import type { View } from '../../ui/view.ts';
import { accessTo } from '../access.ts';
import { type CommandDeps, defineCommand } from '../command.ts';
import { findBox } from '../find-box.ts';
import type { SshConfig } from '../settings.ts';
import { tellProgress } from '../upload-source.ts';
import { largeFilesOf } from './large-files.ts';

const side = z.string().check(z.minLength(1, 'a path, BOX:PATH, or - for a stream'));

export const cp = defineCommand({
  name: 'cp',
  changes: true,
  summary: 'copy files and directories to and from a box',
  examples: [
    'devbox cp train.py devbox:workspace/',
    'devbox cp devbox:workspace/results ./results',
    'devbox cp ./data devbox:/data',
    'tar c . | devbox cp - devbox:/tmp/all.tar',
    'devbox cp devbox:train.log - | tail',
  ],
  positionals: ['source', 'target'],
  flags: { source: { key: 'source', value: 'text' }, target: { key: 'target', value: 'text' } },
  shape: {
    source: side.check(z.describe('what is copied: a path here, BOX:PATH, or - for stdin')),
    target: side.check(z.describe('where to: a path here, BOX:PATH, or - for stdout')),
  },
  async run({ source, target, ssh }, deps) {
    const [from, to] = [parseEndpoint(source), parseEndpoint(target)];
    const box = boxOf(from, to, source, target);
    const options = await openCopy(box, to.kind === 'box' ? source : box.path, ssh, deps);
    const copied = await copy(from, to, source, target, options, deps).catch((error: unknown) => {
      throw from.kind === 'stream' || to.kind === 'stream' ? error : resumable(error);
    });
    deps.emit({ type: 'transferred', name: nameOf(from, source) });
    if (to.kind === 'stream') return {};
    return { view: copyView(copied, source, target) };
  },
});

/** The side that is a box. @throws DevboxError where there is none, or two. */
function boxOf(from: Endpoint, to: Endpoint, source: string, target: string) {
  if (from.kind === 'box' && to.kind === 'box') {
    throw usage('cp copies to a box or from one, not between two', 'Copy it here first, and from here on.');
  }
  if (from.kind === 'box') return from;
  if (to.kind === 'box') return to;
  throw usage(
    `neither ${cleanLine(source, 100)} nor ${cleanLine(target, 100)} names a box`,
    `A box is named before a colon: devbox cp ${cleanLine(source, 100)} BOX:${cleanLine(target, 100)}`,
  );
}

async function openCopy(
  { box: identifier }: Extract<Endpoint, { kind: 'box' }>,
  name: string,
  ssh: SshConfig,
  deps: CommandDeps,
): Promise<CopyOptions> {
  const found = await findBox(identifier, deps);
  return {
    access: await accessTo(found, ssh, deps),
    boxId: found.box.id,
    largeFiles: largeFilesOf(found, deps.context),
    onProgress: tellProgress(name, deps),
    onLeftOut: (paths) =>
      deps.emit({
        type: 'notice',
        level: 'warning',
        message: `${count(paths.length, 'pipe, socket or device', 'pipes, sockets or devices')} left out: ${paths.slice(0, 5).join(', ')}`,
      }),
  };
}

async function copy(
  from: Endpoint,
  to: Endpoint,
  source: string,
  target: string,
  options: CopyOptions,
  deps: CommandDeps,
): Promise<Copied> {
  const { cwd, stdin, stdout } = deps.context;
  // The slash at an end, and `/.`, say something that resolving would lose.
  const here = (path: string): string => (path.startsWith('/') ? path : `${cwd}/${path}`);
  if (to.kind === 'box') {
    return from.kind === 'stream'
      ? copyStreamTo(stdin.stream, to.path, options)
      : copyToBox(here(source), to.path, options);
  }
  const path = from.kind === 'box' ? from.path : source;
  if (to.kind !== 'stream') return copyFromBox(path, here(target), options);
  await deps.releaseTerminal();
  return copyToStream(path, stdout.stream, { ...options, onProgress: () => undefined });
}

const nameOf = (from: Endpoint, source: string): string => (from.kind === 'box' ? from.path : source);

function copyView({ files, bytes, sha256 }: Copied, source: string, target: string): View {
  return {
    cards: [
      {
        title: cleanLine(target, 300),
        rows: [
          { label: 'From', value: cleanLine(source, 300) },
          { label: 'Files', value: String(files) },
          { label: 'Size', value: byteSize(bytes) },
          ...(sha256 === null ? [] : [{ label: 'SHA-256', value: sha256 }]),
        ],
      },
    ],
    json: { source, target, files, bytes, sha256 },
    quiet: [cleanLine(target, 4096)],
  };
}

/** An interruption says that nothing is lost. */
function resumable(error: unknown): unknown {
  if (!(error instanceof DevboxError) || error.kind !== 'interrupted') return error;
  const { code, title, details, cause } = error;
  const hint = 'Nothing half is there under its name. The same command goes on where a large file was.';
  return new DevboxError(error.kind, error.message, { code, title, details, cause, hint });
}

function usage(message: string, hint: string): DevboxError {
  return new DevboxError('usage', message, { code: 'cp/sides', title: 'Usage Error', hint });
}
