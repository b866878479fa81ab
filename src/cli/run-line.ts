import type { Context } from '../base/context.ts';
import type { Composition } from '../compose/index.ts';
import { composeConfig } from '../config/compose.ts';
import { type Line, mayBeAboutHydra, type RunLine } from './line.ts';

/** Composes a command line without sweeps, and prints its configuration, explains it or runs it. */
export const runLine: RunLine = async (line, context, renderer) => {
  const { flags, source, overrides } = line;
  if (flags.info !== undefined) {
    const { infoView } = await import('./info/index.ts');
    const composition = () => composeConfig(source, overrides, context);
    return { view: infoView({ flags, source, context, secrets: line.secrets, composition }) };
  }
  const composition = line.composition ?? (await composeLine(line, context));
  if (flags.cfg !== undefined) {
    const { configView } = await import('./print-config.ts');
    return { view: configView(composition, flags, line.secrets) };
  }
  const { dispatch } = await import('./dispatch.ts');
  renderer.prepare();
  return dispatch({ ...line, composition }, context, renderer);
};

/**
 * Composes the configuration of a command line.
 * @throws ComposeError
 * @throws DevboxError of kind `usage` for a setting of Hydra's that is none of ours.
 */
export async function composeLine(
  { overrides, source, job }: Pick<Line, 'overrides' | 'source' | 'job'>,
  context: Context,
): Promise<Composition> {
  if (overrides.some(mayBeAboutHydra)) {
    const { checkHydra } = await import('../config/hydra.ts');
    checkHydra(overrides);
  }
  return composeConfig(source, overrides, context, job?.number);
}
