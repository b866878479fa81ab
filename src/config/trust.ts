import type { Context } from '../base/context.ts';
import { DevboxError } from '../base/errors.ts';
import type { Composition, Origin } from '../compose/index.ts';
import type { ConfigSource } from './compose.ts';
import { describeOrigin } from './place.ts';

/** Settings that decide where a credential goes. A directory that was merely found must not set them. */
const guarded = ['api.base_url', 'api.api_key'] as const;

/**
 * Refuses a configuration in which a found project directory decides where credentials are sent.
 * @throws DevboxError of kind `usage` that names the value and where it was set.
 */
export function refuseForeignRedirect(
  composition: Composition,
  source: ConfigSource,
  context: Context,
): void {
  for (const key of guarded) {
    const origin = composition.originOf(key);
    if (!origin || !isForeign(origin, source)) continue;
    throw new DevboxError('usage', `the project sets ${key}, which decides where your credentials go`, {
      code: 'config/untrusted',
      title: 'Configuration Error',
      details: [
        { label: 'Project', value: source.project?.directory ?? context.cwd },
        { label: 'Set by', value: describeOrigin(origin, context) },
      ],
      hint: `If that is what you want, say so yourself: put ${key} into ${context.paths.config}, or pass --config-dir.`,
    });
  }
}

function isForeign(origin: Origin, source: ConfigSource): boolean {
  if (origin.kind === 'override') return origin.index < (source.project?.overrides.length ?? 0);
  return source.trees.some((tree) => tree.label === 'project' && origin.file.startsWith(`${tree.path}/`));
}
