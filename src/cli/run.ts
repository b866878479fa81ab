import type { Context } from '../base/context.ts';
import { DevboxError, failures } from '../base/errors.ts';
import { exitOf, type Outcome } from '../commands/outcome.ts';
import { type ConfigSource, findConfig } from '../config/compose.ts';
import type { DevboxEvent } from '../ui/events.ts';
import type { Renderer } from '../ui/renderer.ts';
import { createRenderer } from '../ui/renderer.ts';
import { apiSettings } from './api-flags.ts';
import { type Arguments, firstLook } from './arguments.ts';
import { commandNamesIn } from './command-names.ts';
import { composeForOutput, withDefaultOutput } from './default-output.ts';
import { givenSecrets, givesApiKey } from './given-secrets.ts';
import { hidingRenderer } from './hide.ts';
import { type Line, modeOf } from './line.ts';
import type { MetaCall } from './meta/meta.ts';
import { isMeta, loadMeta } from './meta/table.ts';
import type { Flags } from './own-flags.ts';
import { readLine } from './read-line.ts';
import { composeLine, runLine } from './run-line.ts';
import { shownError } from './shown-error.ts';
import { withTrace } from './trace.ts';
import { toOverrides } from './words.ts';

/** Runs one command line to its end and returns the exit status. Everything it says goes through a renderer. */
export async function run(argv: readonly string[], context: Context): Promise<number> {
  if (argv[0] === '__complete') {
    return (await import('./completion/answer.ts')).answer(argv.slice(1), context);
  }
  const secrets = givenSecrets(argv, context.env);
  let renderer = hidingRenderer(rendererFor(guessFlags(argv), context), secrets);
  const background = new Set<Promise<void>>();
  try {
    const first = firstLook(argv);
    if (first.flags.version)
      return await finish(
        versionOutcome(context),
        hidingRenderer(rendererFor(first.flags, context), secrets),
      );
    const source = first.hasKeyFlags ? await findConfig(first.flags, context) : undefined;
    const line = source
      ? await readLine(argv, first, commandNamesIn(source, context), context)
      : { ...first, settings: [] };
    const { settings, secret } = await apiSettings(line.flags, context);
    if (secret !== undefined) secrets.unshift(secret);
    renderer = hidingRenderer(rendererFor(line.flags, context), secrets);
    const traced = line.flags.debug ? withTrace(context, secrets) : context;
    const look = (looks: Looks): Renderer => {
      renderer = hidingRenderer(rendererFor(looks, traced), secrets);
      return renderer;
    };
    return await perform(
      { ...line, settings: [...line.settings, ...settings] },
      { context: traced, renderer, look, background, secrets },
      source,
    );
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
  /** Shows things differently from now on. */
  readonly look: (looks: Looks) => Renderer;
  /** Work that nobody waits for before the end; none of it fails. */
  readonly background: Set<Promise<void>>;
  /** Values that must not be shown. */
  readonly secrets: readonly string[];
}

/** @param found where the configuration is, if that is known already. */
async function perform(
  { flags, words, settings, rest }: Arguments,
  { context, renderer, look, background, secrets }: Surroundings,
  found?: ConfigSource,
): Promise<number> {
  if (words.length === 0 && rest !== undefined && !flags.help) throw noCommand();
  const source = found ?? (await findConfig(flags, context));
  const [code] = source.code ?? [];
  if (code !== undefined) {
    renderer.emit({
      type: 'notice',
      level: 'warning',
      message: `${code} is not run: devbox reads configuration as data only`,
      hint: 'Write it as YAML: .devboxrc.yaml',
    });
  }
  const explains = flags.cfg !== undefined || flags.info !== undefined;
  const [first = explains || settings.length > 0 ? '' : 'help', ...others] = metaFirst(words);
  const meta = await loadMeta(flags.help ? 'help' : first);
  if (meta) {
    const metaWords = [...(flags.help ? words : others), ...settings];
    const again: MetaCall['again'] = async (line, cwd) => ({
      exit: await perform(line, { context: { ...context, cwd }, renderer, look, background, secrets }),
    });
    return finish(
      await meta.run({
        words: metaWords,
        rest,
        flags,
        source,
        context,
        secrets,
        emit: renderer.emit,
        show: (view) => renderer.show(view),
        interactive: isInteractive(flags, context),
        again,
      }),
      renderer,
    );
  }
  const overrides = await toOverrides(words, settings, commandNamesIn(source, context));
  const isWhole = !flags.multirun && flags.info === undefined;
  const composition = isWhole ? await composeLine({ overrides, source }, context).catch(asError) : undefined;
  const isKnown = composition !== undefined && !(composition instanceof Error);
  const shown = withDefaultOutput(
    flags,
    isKnown ? composition : composeForOutput(source, overrides, context),
  );
  const output = shown === flags ? renderer : look(shown);
  if (composition instanceof Error) throw composition;
  if (!explains && flags.apiKey !== '-' && overrides.some(givesApiKey)) output.emit(keyIsSeen);
  const line: Line = {
    flags: shown,
    source,
    overrides,
    rest,
    interactive: isInteractive(shown, context),
    background,
    secrets,
    ...(composition ? { composition } : {}),
  };
  if (flags.multirun) {
    const { multirun } = await import('./multirun/index.ts');
    return multirun(line, runLine, context, output);
  }
  return finish(await runLine(line, context, output), output);
}

/** A failure that is thrown later, when it is known how to show it. */
function asError(error: unknown): Error {
  if (error instanceof Error) return error;
  throw error;
}

/** A person is at the terminal and reads what is printed. */
function isInteractive({ json, quiet }: Looks, { stdin, stdout }: Context): boolean {
  return !json && !quiet && stdout.isTTY && stdin.isTTY;
}

/** The words with one of devbox's own commands in front, if `command=NAME` names one. */
function metaFirst(words: readonly string[]): readonly string[] {
  const named = words.find((word) => word.startsWith('command=') && isMeta(word.slice('command='.length)));
  return named === undefined
    ? words
    : [named.slice('command='.length), ...words.filter((word) => word !== named)];
}

/** Whoever is on this machine sees its command lines. */
const keyIsSeen: DevboxEvent = {
  type: 'notice',
  level: 'warning',
  message: 'api.api_key on the command line: lists of processes and the history of the shell show it',
  hint: 'Give it in the environment (LAMBDA_API_KEY, GPULAB_API_KEY) or on stdin (--api-key -) instead.',
};

function versionOutcome({ version }: Context): Outcome {
  return { view: { cards: [], raw: version, json: { version }, quiet: [version] } };
}

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

function rendererFor(flags: Looks, context: Context): Renderer {
  const mode = modeOf(flags);
  return createRenderer({
    mode,
    color: !flags.noColor && !context.env['NO_COLOR'],
    // Lines of a trace would tear what is drawn.
    live: context.env['TERM'] !== 'dumb' && !flags.debug,
    stdout: context.stdout,
    stderr: context.stderr,
    clock: context.clock,
  });
}

/** The flags that say how things are shown. */
type Looks = Pick<Flags, 'json' | 'quiet' | 'noColor' | 'debug'>;

/** How to show an error in the command line itself, before its flags are understood. */
function guessFlags(argv: readonly string[]): Looks {
  const end = argv.indexOf('--');
  const own = end < 0 ? argv : argv.slice(0, end);
  return {
    json: own.includes('--json'),
    quiet: own.includes('--quiet') || own.includes('-q'),
    debug: own.includes('--debug'),
    noColor: own.includes('--no-color'),
  };
}
