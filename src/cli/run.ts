import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Context } from '../base/context.ts';
import { DevboxError, failures } from '../base/errors.ts';
import { ComposeError, listGroups } from '../compose/index.ts';
import { type ConfigSource, composeConfig, findConfig } from '../config/compose.ts';
import type { Mode, Renderer } from '../ui/renderer.ts';
import { createRenderer } from '../ui/renderer.ts';
import { type Arguments, type Flags, hasKeyFlags, type IsSwitch, readArguments } from './arguments.ts';
import { composeErrorCard } from './compose-error.ts';
import { type CommandNames, isOverride, toOverrides } from './words.ts';

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
    await renderer.show({
      cards: [],
      raw: context.version,
      json: { version: context.version },
      quiet: [context.version],
    });
    return 0;
  }
  const source = await findConfig(flags, context);
  if (flags.help || words[0] === 'help' || words.length === 0) {
    const { helpView } = await import('./help.ts');
    await renderer.show(
      await helpView(
        words[0] === 'help' ? words[1] : words.find((word) => !isOverride(word)),
        source,
        context,
      ),
    );
    return 0;
  }
  const overrides = await toOverrides(words, commandNamesIn(source));
  const composition = composeConfig(source, overrides, context);
  if (flags.cfg !== undefined) {
    const { configView } = await import('./print-config.ts');
    await renderer.show(configView(composition, flags));
    return 0;
  }
  const interactive = !flags.json && !flags.quiet && context.stdin.isTTY && context.stdout.isTTY;
  const { dispatch } = await import('./dispatch.ts');
  renderer.prepare();
  const outcome = await dispatch({ source, overrides, composition, rest, interactive }, context, renderer);
  if (outcome.view) await renderer.show(outcome.view);
  if (outcome.error) {
    await renderer.fail(outcome.error);
    return failures[outcome.error.kind].exit;
  }
  return outcome.exit ?? 0;
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
