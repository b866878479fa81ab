import type { Context } from '../base/context.ts';
import { DevboxError, failures } from '../base/errors.ts';
import { exitOf, type Outcome } from '../commands/outcome.ts';
import { type ConfigSource, composeConfig, findConfig } from '../config/compose.ts';
import type { DevboxEvent } from '../ui/events.ts';
import type { Renderer } from '../ui/renderer.ts';
import { createRenderer } from '../ui/renderer.ts';
import { apiSettings } from './api-flags.ts';
import { type Arguments, type Flags, firstLook } from './arguments.ts';
import { commandNamesIn } from './command-names.ts';
import { givenSecrets, givesApiKey } from './given-secrets.ts';
import { hidingRenderer } from './hide.ts';
import { type Line, mayBeAboutHydra, modeOf, type RunLine } from './line.ts';
import type { MetaCall } from './meta/meta.ts';
import { loadMeta } from './meta/table.ts';
import { readLine } from './read-line.ts';
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
    const look = firstLook(argv);
    if (look.flags.version)
      return await finish(versionOutcome(context), hidingRenderer(rendererFor(look.flags, context), secrets));
    const source = look.hasKeyFlags ? await findConfig(look.flags, context) : undefined;
    const line = source
      ? await readLine(argv, look, commandNamesIn(source, context), context)
      : { ...look, settings: [] };
    const { settings, secret } = await apiSettings(line.flags, context);
    if (secret !== undefined) secrets.unshift(secret);
    renderer = hidingRenderer(rendererFor(line.flags, context), secrets);
    const traced = line.flags.debug ? withTrace(context, secrets) : context;
    return await perform(
      { ...line, settings: [...line.settings, ...settings] },
      { context: traced, renderer, background, secrets },
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
  /** Work that nobody waits for before the end; none of it fails. */
  readonly background: Set<Promise<void>>;
  /** Values that must not be shown. */
  readonly secrets: readonly string[];
}

/** @param found where the configuration is, if that is known already. */
async function perform(
  { flags, words, settings, rest }: Arguments,
  { context, renderer, background, secrets }: Surroundings,
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
  const interactive = !flags.json && !flags.quiet && context.stdout.isTTY && context.stdin.isTTY;
  const explains = flags.cfg !== undefined || flags.info !== undefined;
  const [first = explains ? '' : 'help', ...others] = words;
  const meta = await loadMeta(flags.help ? 'help' : first);
  if (meta) {
    const metaWords = [...(flags.help ? words : others), ...settings];
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
  const overrides = await toOverrides(words, settings, commandNamesIn(source, context));
  if (!explains && flags.apiKey !== '-' && overrides.some(givesApiKey)) renderer.emit(keyIsSeen);
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
  hint: 'Give it in the environment (LAMBDA_API_KEY, GPULAB_API_KEY) or on stdin (--api-key -) instead.',
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
