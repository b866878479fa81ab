import { resolve } from 'node:path';
import type { Context } from '../../base/context.ts';
import { DevboxError } from '../../base/errors.ts';
import { readSmallFile } from '../../base/read-file.ts';
import { clip } from '../../base/text.ts';

/** Largest file, in bytes: more cannot be sent to any box. */
const largest = 1 << 20;

/**
 * The variables of an env file: lines `NAME=VALUE`, where `export` may stand before and one pair of quotes around the
 * value. Lines that begin with `#`, and those without `=`, are no variables; a value goes on to the end of its line.
 * @param file absolute, or relative to the working directory; `~/` is the home.
 * @throws DevboxError of kind `usage` that names the file, and the line where one is wrong.
 */
export function readEnvFile(
  file: string,
  { cwd, paths }: Pick<Context, 'cwd' | 'paths'>,
): Record<string, string> {
  const path = resolve(cwd, file.replace(/^~(?=\/)/, paths.home));
  const lines = textOf(path).split(/\r?\n/);
  return Object.fromEntries(lines.flatMap((line, index) => variable(line, path, index + 1)));
}

function textOf(path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(readSmallFile(path, largest));
  } catch (error) {
    throw wrong('the env file cannot be read', [], {
      File: path,
      Why: error instanceof TypeError ? 'it is no UTF-8 text' : String(Object(error).message),
    });
  }
}

function variable(line: string, path: string, number: number): [string, string][] {
  const text = line.trim();
  if (text.startsWith('#') || !text.includes('=')) return [];
  const end = text.indexOf('=');
  const name = text
    .slice(0, end)
    .replace(/^export\s+/, '')
    .trim();
  const value = unquoted(text.slice(end + 1).trim());
  const place = `${path}:${number}`;
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
    throw wrong(
      'a name in the env file cannot be that of a variable',
      ['Names have letters, digits and _, and no digit first.'],
      { File: place, Name: clip(name, 60) },
    );
  }
  if (value.includes('\0'))
    throw wrong('a value in the env file has the character NUL in it', [], { File: place, Name: name });
  return [[name, value]];
}

function unquoted(value: string): string {
  const quoted = /^(["'])([\s\S]*)\1$/.exec(value);
  return quoted?.[2] ?? value;
}

function wrong(
  message: string,
  hint: readonly string[],
  details: Readonly<Record<string, string>>,
): DevboxError {
  return new DevboxError('usage', message, {
    code: 'env-file/invalid',
    title: 'Configuration Error',
    details: Object.entries(details).map(([label, value]) => ({ label, value })),
    hint: [...hint, 'Name another one with env_file=FILE, or none with env_file=null.'].join(' '),
  });
}
