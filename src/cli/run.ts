import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Context } from '../base/context.ts';
import { DevboxError, failures } from '../base/errors.ts';
import type { Outcome } from '../commands/command.ts';
import { ComposeError, listGroups } from '../compose/index.ts';
import { type ConfigSource, composeConfig, findConfig } from '../config/compose.ts';
import type { Mode, Renderer } from '../ui/renderer.ts';
import { createRenderer } from '../ui/renderer.ts';
import { type Arguments, type Flags, hasKeyFlags, type IsSwitch, readArguments } from './arguments.ts';
import { composeErrorCard } from './compose-error.ts';
import { loadMeta } from './meta/table.ts';
import { type CommandNames, toOverrides } from './words.ts';

/** Runs one command line to its end and returns the exit status. Everything it says goes through a renderer. */
export async function run(argv: readonly string[], context: Context): Promise<number> {
  let renderer = rendererFor(guessFlags(argv), context);
  try {
    const { flags, words, rest } = readArguments(argv, hasKeyFlags(argv) ? await switches() : () => false);
    renderer = rendererFor(flags, context);
    return await perform({ flags, words, rest }, context, renderer);
  } catch (error) {
    const shown = asDevboxError(error, context);
    await renderer.fail(shown);
    return failures[shown.kind].exit;
  } finally {
    await renderer.release();
  }
}

async function perform(
  { flags, words, rest }: Arguments,
  context: Context,
  renderer: Renderer,
): Promise<number> {
  if (flags.version) {
    const { version } = context;
    return finish({ view: { cards: [], raw: version, json: { version }, quiet: [version] } }, renderer);
  }
  const source = await findConfig(flags, context);
  const interactive = !flags.json && !flags.quiet && context.stdin.isTTY && context.stdout.isTTY;
  const [first = 'help', ...others] = words;
  const meta = await loadMeta(flags.help ? 'help' : first);
  if (meta) {
    const metaWords = flags.help ? words : others;
    return finish(
      await meta.run({ words: metaWords, flags, source, context, emit: renderer.emit, interactive }),
      renderer,
    );
  }
  const overrides = await toOverrides(words, commandNamesIn(source));
  const composition = composeConfig(source, overrides, context);
  if (flags.cfg !== undefined) {
    const { configView } = await import('./print-config.ts');
    return finish({ view: configView(composition, flags) }, renderer);
  }
  const { dispatch } = await import('./dispatch.ts');
  renderer.prepare();
  return finish(
    await dispatch({ source, overrides, composition, rest, interactive }, context, renderer),
    renderer,
  );
}

/** Shows how a command ended, and turns it into an exit status. */
async function finish(outcome: Outcome, renderer: Renderer): Promise<number> {
  if (outcome.view) await renderer.show(outcome.view);
  if (!outcome.error) return outcome.exit ?? 0;
  await renderer.fail(outcome.error);
  return failures[outcome.error.kind].exit;
}

function rendererFor(flags: Pick<Flags, 'json' | 'quiet' | 'noColor'>, context: Context): Renderer {
  const mode: Mode = flags.json ? 'json' : flags.quiet ? 'quiet' : 'cards';
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
    async positionals(name) {
      const { loadCommand } = await import('../commands/table.ts');
      return (await loadCommand(name))?.positionals;
    },
  };
}

function asDevboxError(error: unknown, context: Context): DevboxError {
  if (error instanceof DevboxError) return error;
  if (error instanceof ComposeError) return composeErrorCard(error, context);
  const message = error instanceof Error ? error.message : String(error);
  return new DevboxError('failed', message, {
    code: 'internal',
    title: 'Internal Error',
    details:
      context.env['DEVBOX_DEBUG'] && error instanceof Error
        ? [{ label: 'Stack', value: error.stack ?? '' }]
        : [],
    hint: 'This is a fault of devbox. DEVBOX_DEBUG=1 shows where; please report it.',
    cause: error,
  });
}
