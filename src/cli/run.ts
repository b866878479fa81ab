import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Context } from '../base/context.ts';
import { DevboxError, failures } from '../base/errors.ts';
import { exitOf, type Outcome } from '../commands/outcome.ts';
import { listGroups } from '../compose/index.ts';
import { type ConfigSource, composeConfig, findConfig } from '../config/compose.ts';
import type { DevboxEvent } from '../ui/events.ts';
import type { Renderer } from '../ui/renderer.ts';
import { createRenderer } from '../ui/renderer.ts';
import { type Arguments, type Flags, hasKeyFlags, type IsSwitch, readArguments } from './arguments.ts';
import { givenSecrets, givesApiKey } from './given-secrets.ts';
import { hidingRenderer } from './hide.ts';
import { type Line, mayBeAboutHydra, modeOf, type RunLine } from './line.ts';
import type { MetaCall } from './meta/meta.ts';
import { loadMeta } from './meta/table.ts';
import { shownError } from './shown-error.ts';
import { type CommandNames, toOverrides } from './words.ts';

/** Runs one command line to its end and returns the exit status. Everything it says goes through a renderer. */
export async function run(argv: readonly string[], context: Context): Promise<number> {
  if (argv[0] === '__complete') {
    return (await import('./completion/answer.ts')).answer(argv.slice(1), context);
  }
  const secrets = givenSecrets(argv, context.env);
  let renderer = hidingRenderer(rendererFor(guessFlags(argv), context), secrets);
  const background = new Set<Promise<void>>();
  try {
    const { flags, words, rest } = readArguments(argv, hasKeyFlags(argv) ? await switches() : () => false);
    renderer = hidingRenderer(rendererFor(flags, context), secrets);
    return await perform({ flags, words, rest }, { context, renderer, background, secrets });
  } catch (error) {
    const shown = shownError(error, context);
    await renderer.fail(shown);
    return failures[shown.kind].exit;
  } finally {
    await renderer.release();
    await Promise.all(background);
  }
}

/** What a command line is run with. */
interface Surroundings {
  readonly context: Context;
  readonly renderer: Renderer;
  /** Work that nobody waits for before the end; none of it fails. */
  readonly background: Set<Promise<void>>;
  /** Values that must not be shown. */
  readonly secrets: readonly string[];
}

async function perform(
  { flags, words, rest }: Arguments,
  { context, renderer, background, secrets }: Surroundings,
): Promise<number> {
  if (flags.version) {
    const { version } = context;
    return finish({ view: { cards: [], raw: version, json: { version }, quiet: [version] } }, renderer);
  }
  if (words.length === 0 && rest !== undefined && !flags.help) throw noCommand();
  const source = await findConfig(flags, context);
  const [code] = source.code ?? [];
  if (code !== undefined) {
    renderer.emit({
      type: 'notice',
      level: 'warning',
      message: `${code} is not run: devbox reads configuration as data only`,
      hint: 'Write it as YAML: .devboxrc.yaml',
    });
  }
  const interactive = !flags.json && !flags.quiet && context.stdout.isTTY && context.stdin.isTTY;
  const explains = flags.cfg !== undefined || flags.info !== undefined;
  const [first = explains ? '' : 'help', ...others] = words;
  const meta = await loadMeta(flags.help ? 'help' : first);
  if (meta) {
    const metaWords = flags.help ? words : others;
    const again: MetaCall['again'] = async (line, cwd) => ({
      exit: await perform(line, { context: { ...context, cwd }, renderer, background, secrets }),
    });
    return finish(
      await meta.run({
        words: metaWords,
        rest,
        flags,
        source,
        context,
        emit: renderer.emit,
        show: (view) => renderer.show(view),
        interactive,
        again,
      }),
      renderer,
    );
  }
  const overrides = await toOverrides(words, commandNamesIn(source));
  if (!explains && overrides.some(givesApiKey)) renderer.emit(keyIsSeen);
  const line: Line = { flags, source, overrides, rest, interactive, background, secrets };
  if (flags.multirun) {
    const { multirun } = await import('./multirun/index.ts');
    return multirun(line, runLine, context, renderer);
  }
  return finish(await runLine(line, context, renderer), renderer);
}

/** Whoever is on this machine sees its command lines. */
const keyIsSeen: DevboxEvent = {
  type: 'notice',
  level: 'warning',
  message: 'api.api_key on the command line: lists of processes and the history of the shell show it',
  hint: 'Give it in the environment instead: LAMBDA_API_KEY',
};

const runLine: RunLine = async (line, context, renderer) => {
  const { flags, source, overrides, job } = line;
  if (flags.info !== undefined) {
    const { infoView } = await import('./info/index.ts');
    return {
      view: infoView({
        flags,
        source,
        context,
        secrets: line.secrets,
        composition: () => composeConfig(source, overrides, context),
      }),
    };
  }
  if (overrides.some(mayBeAboutHydra)) {
    const { checkHydra } = await import('../config/hydra.ts');
    checkHydra(overrides);
  }
  const composition = composeConfig(source, overrides, context, job?.number);
  if (flags.cfg !== undefined) {
    const { configView } = await import('./print-config.ts');
    return { view: configView(composition, flags, line.secrets) };
  }
  const { dispatch } = await import('./dispatch.ts');
  renderer.prepare();
  return dispatch({ ...line, composition }, context, renderer);
};

function noCommand(): DevboxError {
  return new DevboxError('usage', 'there is no command before --', {
    code: 'usage/no-command',
    title: 'Usage Error',
    hint: 'Write devbox exec NAME -- COMMAND to run something on a box.',
  });
}

/** Shows how a command ended, and turns it into an exit status. */
async function finish(outcome: Outcome, renderer: Renderer): Promise<number> {
  if (outcome.view) await renderer.show(outcome.view);
  if (outcome.error) await renderer.fail(outcome.error);
  return exitOf(outcome);
}

function rendererFor(flags: Pick<Flags, 'json' | 'quiet' | 'noColor'>, context: Context): Renderer {
  const mode = modeOf(flags);
  return createRenderer({
    mode,
    color: !flags.noColor && !context.env['NO_COLOR'],
    live: context.env['TERM'] !== 'dumb',
    stdout: context.stdout,
    stderr: context.stderr,
    clock: context.clock,
  });
}

/** How to show an error in the command line itself, before its flags are understood. */
function guessFlags(argv: readonly string[]): Pick<Flags, 'json' | 'quiet' | 'noColor'> {
  const end = argv.indexOf('--');
  const own = end < 0 ? argv : argv.slice(0, end);
  return {
    json: own.includes('--json'),
    quiet: own.includes('--quiet'),
    noColor: own.includes('--no-color'),
  };
}

async function switches(): Promise<IsSwitch> {
  const [{ loadCommands }, { switchKeys }] = await Promise.all([
    import('../commands/table.ts'),
    import('../commands/switches.ts'),
  ]);
  const keys = switchKeys(await loadCommands());
  return (key) => keys.has(key);
}

function commandNamesIn(source: ConfigSource): CommandNames {
  return {
    hasOption: (option) =>
      source.trees.some((tree) => existsSync(join(tree.path, 'command', `${option}.yaml`))),
    options: () =>
      listGroups(source.trees)
        .find(({ group }) => group === 'command')
        ?.options.map(({ name }) => name) ?? [],
    command: async (name) => (await import('../commands/table.ts')).loadCommand(name),
  };
}
