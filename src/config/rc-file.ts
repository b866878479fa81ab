import { join } from 'node:path';
import { load, YAMLException } from 'js-yaml';
import * as z from 'zod/mini';
import { type Detail, DevboxError } from '../base/errors.ts';
import { cleanLine } from '../base/text.ts';
import { type RcContent, rcNames } from './rc-names.ts';
import { rcSchema } from './rc-schema.ts';
import { readText } from './read-text.ts';

/**
 * Reads the rc file of a directory, or the `devbox` key of its package.json. Data only, and read here rather than by
 * a library that also runs what it finds.
 * @param names the files in the directory.
 * @throws DevboxError of kind `usage` for one that cannot be read or says something else than it may.
 */
export function readRcFile(
  directory: string,
  names: ReadonlySet<string>,
): { file: string; content: RcContent } {
  const name = rcNames.find((each) => names.has(each)) ?? 'package.json';
  const file = join(directory, name);
  const found = parse(name, textOf(file), file);
  const parsed = z.safeParse(rcSchema, (name === 'package.json' ? Object(found).devbox : found) ?? {});
  if (parsed.success) return { file, content: parsed.data };
  const issue = parsed.error.issues[0];
  const where = issue?.code === 'unrecognized_keys' ? issue.keys.join(', ') : issue?.path.join('.');
  throw unusable(`${cleanLine(where || 'the file', 200)}: not what a project file may hold`, {
    code: 'config/rc-invalid',
    details: [{ label: 'File', value: file }],
    hint: 'It may hold config_dir (a path), searchpath (a list of paths) and overrides (a list of key=value).',
  });
}

function textOf(file: string): string {
  try {
    return readText(file);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw unreadable(why, [{ label: 'File', value: file }], cause);
  }
}

function parse(name: string, text: string, file: string): unknown {
  try {
    return name.endsWith('.json') ? JSON.parse(text) : load(text, { maxDepth: 50 });
  } catch (cause) {
    const mark = cause instanceof YAMLException ? cause.mark : undefined;
    const why = cause instanceof YAMLException ? cause.reason : String(Object(cause).message);
    const place = mark ? `${file}:${mark.line + 1}` : file;
    throw unreadable(cleanLine(why, 200), [{ label: 'File', value: place }], cause);
  }
}

function unreadable(why: string, details: readonly Detail[], cause: unknown): DevboxError {
  return unusable(`the project file cannot be read: ${why}`, {
    code: 'config/rc-unreadable',
    details,
    hint: 'Mend the file, or move it away.',
    cause,
  });
}

function unusable(
  message: string,
  options: { code: string; details: readonly Detail[]; hint: string; cause?: unknown },
): DevboxError {
  return new DevboxError('usage', message, { title: 'Configuration Error', ...options });
}
