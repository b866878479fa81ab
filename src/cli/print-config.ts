import { DevboxError } from '../base/errors.ts';
import { type Composition, type PlainValue, toYaml } from '../compose/index.ts';
import type { View } from '../ui/view.ts';
import type { Flags } from './arguments.ts';

/** Keys whose resolved values are never printed. */
const secretKeys: ReadonlySet<string> = new Set(['api_key']);

/**
 * The view of `--cfg job`: the composed configuration as YAML, or as JSON with `--json`.
 * @throws DevboxError of kind `usage` for another kind of configuration.
 */
export function configView(composition: Composition, flags: Pick<Flags, 'cfg' | 'resolve'>): View {
  if (flags.cfg !== 'job') {
    throw new DevboxError('usage', `--cfg ${flags.cfg}: there is no such part of the configuration`, {
      code: 'usage/cfg',
      title: 'Usage Error',
      hint: 'Write --cfg job.',
    });
  }
  const config = flags.resolve ? hideSecrets(composition.resolve()) : composition.config;
  const yaml = toYaml(config).trimEnd();
  return { cards: [], raw: yaml, json: config, quiet: [yaml] };
}

function hideSecrets(config: Readonly<Record<string, PlainValue>>): Record<string, PlainValue> {
  const result: Record<string, PlainValue> = {};
  for (const [key, value] of Object.entries(config)) {
    if (secretKeys.has(key) && typeof value === 'string') result[key] = '[hidden]';
    else if (typeof value === 'object' && value !== null && !Array.isArray(value))
      result[key] = hideSecrets(value);
    else result[key] = value;
  }
  return result;
}
