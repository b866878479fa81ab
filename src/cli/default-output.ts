import type { Context } from '../base/context.ts';
import { ComposeError, type Composition } from '../compose/index.ts';
import { type ConfigSource, composeConfig } from '../config/compose.ts';
import type { Flags } from './own-flags.ts';

/** The flags, with what `default_output` says where none of them says how to print. */
export function withDefaultOutput(flags: Flags, composition: Composition | undefined): Flags {
  if (flags.json || flags.quiet || composition === undefined) return flags;
  const wanted = outputIn(composition);
  if (wanted === 'json') return { ...flags, json: true };
  return wanted === 'quiet' ? { ...flags, quiet: true } : flags;
}

/** Composes no more than tells the default output, for a command line that is not composed as a whole. */
export function composeForOutput(
  source: ConfigSource,
  overrides: readonly string[],
  context: Context,
): Composition | undefined {
  const about = overrides.filter((override) => /^\+{0,2}(?:default_output|user)=/.test(override));
  return attempt(() => composeConfig(source, about, context));
}

function outputIn(composition: Composition): unknown {
  return attempt(() => composition.part({ path: 'default_output', resolve: true }))?.value;
}

/** Undefined where the configuration is wrong: that is said elsewhere. */
function attempt<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch (error) {
    if (error instanceof ComposeError) return undefined;
    throw error;
  }
}
