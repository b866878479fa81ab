import type { Context } from '../../base/context.ts';
import { DevboxError } from '../../base/errors.ts';
import { markTags } from '../../leases/marks.ts';
import type { Box } from '../../providers/provider.ts';
import { type CommandDeps, type CommonConfig, launchSettings, type RawConfig } from '../command.ts';
import { requireFacet } from '../require-facet.ts';
import { bringUpOne } from './bring-up-one.ts';
import { readEnvFile } from './env-file.ts';
import { boxNames } from './names.ts';
import { resolveNames } from './resolve-names.ts';
import type { UpSettings } from './settings.ts';

/** The boxes that are up now, and what went wrong after them, if anything did. */
export interface BroughtUp {
  readonly boxes: readonly Box[];
  readonly error?: DevboxError;
}

/**
 * Brings up every box that is asked for, one after another. Everything is checked before anything is asked of the
 * provider.
 * @throws whatever went wrong with the first box; later ones must not hide those that are up.
 */
export async function bringUp(config: CommonConfig & UpSettings, deps: CommandDeps): Promise<BroughtUp> {
  const project = config.project ?? null;
  const names = project === null ? boxNames(config.instance_name, config.quantity) : [project];
  if (project !== null && config.quantity !== 1) throw oneBoxOnly(project);
  refuseMarks(config.tags);
  const complete = { ...config, env: environmentOf(config, deps.context) };
  const asked = launchSettings(complete);
  const provider = await deps.provider();
  // Also where there is more to find out, so that what is wrong is said before anything is asked.
  provider.describeLaunch(asked);
  const resolved = await resolveNames(asked, provider);
  const settings = project === null ? resolved : await requireFacet(provider, 'projects').plan(resolved);
  const what = provider.describeLaunch(settings);
  const boxes: Box[] = [];
  for (const [index, name] of names.entries()) {
    try {
      const own = names.length === 1 ? settings : { ...settings, ...numbered(config.hostname, index) };
      boxes.push(...(await bringUpOne({ name, what, settings: own, config: complete, provider }, deps)));
    } catch (thrown) {
      if (boxes.length === 0) throw thrown;
      return { boxes, error: thrown instanceof DevboxError ? thrown : unexpected(name, thrown) };
    }
  }
  return { boxes };
}

/** Tags by which devbox knows its boxes are its own to give. @throws DevboxError `usage` where one is asked for. */
function refuseMarks(tags: Readonly<Record<string, string>>): void {
  const mark = markTags.find((tag) => Object.hasOwn(tags, tag));
  if (mark === undefined) return;
  throw new DevboxError('usage', `the tag ${mark} is devbox’s own`, {
    code: 'up/reserved-tag',
    title: 'Configuration Error',
    details: [{ label: 'Setting', value: `tags.${mark}` }],
    hint: 'Choose another name for the tag: devbox finds its boxes by this one.',
  });
}

function oneBoxOnly(project: string): DevboxError {
  return new DevboxError('usage', `a project has one box, and quantity asks for more`, {
    code: 'up/project-quantity',
    title: 'Configuration Error',
    details: [{ label: 'Project', value: project }],
    hint: 'Leave quantity out, or take a project for each.',
  });
}

/** Boxes are told apart by their host names as they are by their names. */
function numbered(hostname: string | null | undefined, index: number): RawConfig {
  return hostname ? { hostname: `${hostname}-${index + 1}` } : {};
}

function environmentOf(
  { env, env_file }: Pick<UpSettings, 'env' | 'env_file'>,
  context: Context,
): Record<string, string> {
  return env_file === null ? env : { ...readEnvFile(env_file, context), ...env };
}

/** Whatever went wrong must not hide the boxes that are up. */
function unexpected(name: string, thrown: unknown): DevboxError {
  const why = thrown instanceof Error ? thrown.message : String(thrown);
  return new DevboxError('failed', `bringing ${name} up failed: ${why}`, {
    code: 'up/failed',
    hint: 'Look what exists: devbox command=list',
    cause: thrown,
  });
}
