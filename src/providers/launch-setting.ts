import type * as z from 'zod/mini';
import { DevboxError } from '../base/errors.ts';
import { cleanLine } from '../base/text.ts';
import type { ProviderName } from './provider.ts';

/** How the settings of a launch are held against what a provider needs of them. */
export interface LaunchSettings {
  /**
   * A value as its schema has it.
   * @param prefix the setting that it is; empty for all of them.
   * @throws DevboxError of kind `usage` that names the setting that is wrong.
   */
  readonly parse: <T>(schema: z.ZodMiniType<T>, value: unknown, prefix: string) => T;
  /** The error of a setting. @param problem how the sentence goes on that begins with the setting. */
  readonly wrong: (setting: string, problem: string) => DevboxError;
}

/** Their errors have the code `PROVIDER/launch-setting`. */
export function launchSettingsOf(provider: ProviderName): LaunchSettings {
  const wrong: LaunchSettings['wrong'] = (setting, problem) => {
    const name = cleanLine(setting, 200);
    return new DevboxError('usage', `${name} ${problem}.`, {
      code: `${provider}/launch-setting`,
      title: 'Configuration Error',
      details: [{ label: 'Setting', value: name }],
    });
  };
  return {
    wrong,
    parse: (schema, value, prefix) => {
      const parsed = schema.safeParse(value);
      if (parsed.success) return parsed.data;
      const issue = parsed.error.issues[0];
      const nested = issue?.code === 'invalid_key' ? issue.issues[0] : issue;
      const path = [prefix, ...(issue?.path ?? []).map(String)].filter((part) => part !== '').join('.');
      throw wrong(path, nested?.message ?? 'is not valid');
    },
  };
}
