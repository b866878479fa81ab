import { cosmiconfigSync } from 'cosmiconfig';
import { load } from 'js-yaml';
import * as z from 'zod/mini';
import { DevboxError } from '../base/errors.ts';
import { type RcContent, rcNames } from './rc-names.ts';
import { rcSchema } from './rc-schema.ts';

/**
 * Reads the rc file of a directory, or the `devbox` key of its package.json.
 * @throws DevboxError of kind `usage` for one that cannot be read or says something else than it may.
 */
export function readRcFile(directory: string): RcContent | undefined {
  const yaml = (_path: string, text: string): unknown => load(text);
  const explorer = cosmiconfigSync('devbox', {
    searchPlaces: [...rcNames, 'package.json'],
    loaders: { '.yaml': yaml, '.yml': yaml, '.json': (_path, text) => JSON.parse(text) },
    searchStrategy: 'none',
    cache: false,
  });
  let found: ReturnType<typeof explorer.search>;
  try {
    found = explorer.search(directory);
  } catch (error) {
    throw new DevboxError('usage', error instanceof Error ? error.message : String(error), {
      code: 'config/rc-unreadable',
      title: 'Configuration Error',
      details: [{ label: 'Directory', value: directory }],
      hint: 'Mend the file, or move it away.',
      cause: error,
    });
  }
  if (!found) return undefined;
  const parsed = z.safeParse(rcSchema, found.config ?? {});
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const where = issue?.code === 'unrecognized_keys' ? issue.keys.join(', ') : issue?.path.join('.');
  throw new DevboxError('usage', `${where || 'the file'}: not what a project file may hold`, {
    code: 'config/rc-invalid',
    title: 'Configuration Error',
    details: [{ label: 'File', value: found.filepath }],
    hint: 'It may hold config_dir (a path), searchpath (a list of paths) and overrides (a list of key=value).',
  });
}
