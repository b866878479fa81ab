import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll } from '@jest/globals';
import {
  type ComposeError,
  type ComposeOptions,
  type Composition,
  compose,
} from '../../../src/compose/index.ts';

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** Writes a config tree into a new temporary folder, which goes when the tests of the file are done. */
export function tree(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'compose-'));
  folders.push(folder);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

/** Composes `config.yaml` of a tree given inline. */
export function composed(
  files: Readonly<Record<string, string>>,
  overrides: readonly string[] = [],
  more: Partial<ComposeOptions> = {},
): Composition {
  return compose({ searchPath: [tree(files)], configName: 'config', overrides, env: {}, ...more });
}

/** The error of an action that has to fail. */
export function failure(action: () => unknown): ComposeError {
  try {
    action();
  } catch (error) {
    return error as ComposeError;
  }
  throw new Error('it did not fail');
}
