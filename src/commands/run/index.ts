import { homedir } from 'node:os';
import { posix } from 'node:path';
import * as z from 'zod/mini';
import { DevboxError, interrupted } from '../../base/errors.ts';
import { cleanLine } from '../../base/text.ts';
import type { BoxAccess } from '../../remote/access.ts';
import { sharedConnection } from '../../remote/over-ssh/shared-connection.ts';
import { type WorkingTree, workingTree } from '../../remote/sync/working-tree.ts';
import { accessTo } from '../access.ts';
import { type CommandDeps, defineCommand } from '../command.ts';
import { endBox } from '../down/end-box.ts';
import { type FoundBox, findBox } from '../find-box.ts';
import type { Outcome } from '../outcome.ts';
import { identifierShape, type SshConfig, seconds } from '../settings.ts';
import { tellProgress } from '../upload-source.ts';
import { fetchArtifacts } from './artifacts.ts';
import { execute } from './execute.ts';
import { type Glob, parseGlob } from './globs.ts';
import { provideFiles } from './provide-files.ts';

export const run = defineCommand({
  name: 'run',
  changes: true,
  summary: 'sync the working tree to a box, run a command there, fetch what it made',
  examples: [
    'devbox run devbox -- make test',
    'devbox run devbox artifacts=[out/*.png,report.html] -- python train.py',
    'devbox run devbox after=down artifacts=[model.bin] -- ./train.sh',
    'devbox run devbox sync=false -- tail -n 20 train.log',
  ],
  positionals: ['instance_identifier'],
  rest: 'argv',
  shape: {
    ...identifierShape,
    argv: z.array(z.string()).check(z.describe('the command and its arguments; the words after --')),
    sync: z.boolean().check(z.describe('send the working tree first')),
    directory: z
      .nullable(z.string().check(z.minLength(1, 'a directory in the box')))
      .check(z.describe('where in the box; null is ~/NAME of the project')),
    artifacts: z
      .array(z.string())
      .check(z.describe('files to fetch afterwards: patterns such as out/*.png and logs/**')),
    after: z
      .enum(['keep', 'down', 'release'])
      .check(
        z.describe('what becomes of the box: kept; taken down; or taken down only if devbox made it here'),
      ),
    timeout: z.nullable(seconds).check(z.describe('seconds until the command is killed; null lets it run')),
  },
  async run(config, deps) {
    const { instance_identifier, argv, sync, artifacts, after } = config;
    if (argv.length === 0) throw noCommand(instance_identifier);
    const globs = artifacts.map(parseGlob);
    const tree = await treeToSync(sync, deps.context);
    const found = await theBox(instance_identifier, deps);
    if (after !== 'keep' && !found.isExact) throw notExact(instance_identifier, found);
    const connection = await sharedConnection(deps.context.env);
    try {
      const access = await accessTo(found, config.ssh, deps, connection.over);
      return await runOn(found, access, { ...config, tree, globs }, deps);
    } catch (error) {
      throw after === 'keep' ? error : stillThere(error, found);
    } finally {
      await connection.close();
    }
  },
});

interface RunSettings {
  readonly tree: WorkingTree;
  readonly argv: readonly string[];
  readonly sync: boolean;
  readonly directory: string | null;
  readonly globs: readonly Glob[];
  readonly after: 'keep' | 'down' | 'release';
  readonly timeout: number | null;
  readonly ssh: SshConfig;
}

async function runOn(
  found: FoundBox,
  access: BoxAccess,
  { tree, argv, sync, directory, globs, after, timeout, ssh }: RunSettings,
  deps: CommandDeps,
): Promise<Outcome> {
  const files = await provideFiles(tree, directory ?? `~/${tree.name}`, sync, access, deps);
  const from = posix.join(files.directory, tree.inner);
  const executed = await execute(access, from, { argv, timeoutSeconds: timeout }, deps);

  const fetched = await attempt(async () => {
    if (globs.length === 0) return [];
    const place = { access, boxId: found.box.id, from, to: deps.context.cwd };
    const paths = await fetchArtifacts(globs, place, tellProgress('artifacts', deps));
    tellFetched(paths, deps);
    return paths;
  });
  // What could not be fetched would be lost with the box.
  if (fetched.error) return { error: kept(fetched.error, found), ...documentOf([], 'kept') };
  const ended = await attempt(() => endAsAsked(after, found, ssh, deps));
  const error = ended.error ?? executed.error;
  return { exit: executed.exit, ...(error ? { error } : {}), ...documentOf(fetched.value, ended.value) };

  function documentOf(artifacts: readonly string[], box: 'kept' | 'down' = 'kept'): Outcome {
    if (!executed.document) return {};
    const { id, name } = found.box;
    const json = {
      ...{ id, name, sync: files.json, directory: files.directory },
      ...executed.document,
      ...{ artifacts, box },
    };
    return { view: { cards: [], json, quiet: [] } };
  }
}

async function treeToSync(sync: boolean, { cwd, env, paths }: CommandDeps['context']): Promise<WorkingTree> {
  const tree = await workingTree(cwd, env);
  if (sync && [paths.home, homedir(), '/'].includes(tree.root)) {
    throw new DevboxError('usage', `run would send all of ${tree.root} to the box`, {
      code: 'run/everything',
      title: 'Usage Error',
      hint: 'Go to the directory of a project first, or run without your files: sync=false',
    });
  }
  return tree;
}

async function theBox(identifier: string, deps: CommandDeps): Promise<FoundBox> {
  try {
    return await findBox(identifier, deps);
  } catch (error) {
    if (!(error instanceof DevboxError) || error.code !== 'box/not-found') throw error;
    const { kind, message, code, title, details, hint } = error;
    const make = `run needs a box that is there. One is made with: devbox up instance_name=${cleanLine(identifier, 64)} wait_after_launch=true`;
    throw new DevboxError(kind, message, {
      code,
      title,
      details,
      hint: hint?.startsWith('Did you') ? `${hint} ${make}` : make,
      cause: error,
    });
  }
}

function tellFetched(paths: readonly string[], { emit, mode }: CommandDeps): void {
  if (paths.length === 0) {
    emit({ type: 'notice', level: 'warning', message: 'No file in the box is what artifacts asks for.' });
  } else if (mode !== 'json') {
    const shown = paths.slice(0, 5).map((path) => cleanLine(path, 100));
    const more = paths.length > shown.length ? ` and ${paths.length - shown.length} more` : '';
    emit({ type: 'notice', level: 'info', message: `Fetched ${shown.join(', ')}${more}.` });
  }
}

/** Ends the box where that was asked for. With `release` only one that devbox made, as a lease here says. */
async function endAsAsked(
  after: 'keep' | 'down' | 'release',
  found: FoundBox,
  ssh: SshConfig,
  deps: CommandDeps,
): Promise<'kept' | 'down'> {
  const name = found.box.name ?? found.box.id;
  if (after === 'keep') return 'kept';
  if (after === 'release' && found.leases.length === 0) {
    const message = `${name} is kept: no lease here says that devbox made it.`;
    const hint = `devbox down ${found.box.id}`;
    deps.emit({ type: 'notice', level: 'warning', message, hint });
    return 'kept';
  }
  await endBox(found, { purge: false }, ssh, deps);
  if (deps.mode !== 'json') {
    deps.emit({ type: 'notice', level: 'info', message: `${name} is taken down.` });
  }
  return 'down';
}

type Attempt<T> =
  | { readonly value: T; readonly error?: undefined }
  | { readonly value?: undefined; readonly error: DevboxError };

/** What goes wrong after the command must not hide how that ended. An interruption ends it all. */
async function attempt<T>(work: () => Promise<T>): Promise<Attempt<T>> {
  try {
    return { value: await work() };
  } catch (error) {
    if (!(error instanceof DevboxError) || error.kind === 'interrupted') throw error;
    return { error };
  }
}

function kept(error: DevboxError, { box }: FoundBox): DevboxError {
  const { kind, message, code, title, details, hint } = error;
  const name = box.name ?? box.id;
  const fetch = `The box is kept. Fetch them with: devbox cp ${name}:PATH . Then: devbox down ${box.id}`;
  return new DevboxError(kind, `the artifacts were not fetched: ${message}`, {
    code,
    title,
    details,
    hint: hint ? `${hint} ${fetch}` : fetch,
    cause: error,
  });
}

/** Who interrupts a run may count on the end of the box, which did not come. */
function stillThere(error: unknown, { box }: FoundBox): unknown {
  if (!(error instanceof DevboxError) || error.kind !== 'interrupted') return error;
  return interrupted(error.message, {
    details: [...error.details, { label: 'Box', value: `${box.name ?? box.id} is kept` }],
    hint: `To end it: devbox down ${box.id}`,
    cause: error,
  });
}

function noCommand(identifier: string): DevboxError {
  return new DevboxError('usage', 'there is no command to run', {
    code: 'run/no-command',
    title: 'Usage Error',
    hint: `Put it after --, for example: devbox run ${identifier} -- make test`,
  });
}

function notExact(identifier: string, { box }: FoundBox): DevboxError {
  return new DevboxError('usage', `${identifier} is a part of an id, and the box would be taken down`, {
    code: 'run/not-exact',
    title: 'Usage Error',
    details: [{ label: 'Box', value: [box.id, box.name].filter(Boolean).join(', ') }],
    hint: `Name it in full: instance_identifier=${box.id}`,
  });
}
