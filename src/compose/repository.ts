import { isUtf8 } from 'node:buffer';
import { readdirSync, realpathSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { FileTooLarge, readSmallFile } from '../base/read-file.ts';
import { readHeader } from './defaults/header.ts';
import { type DefaultItem, takeDefaults } from './defaults/items.ts';
import { ComposeError } from './errors.ts';
import type { ListNode, MapNode } from './nodes.ts';
import type { Source } from './origin.ts';
import { loadYaml } from './yaml/load.ts';

/** A folder with configs, and what to call it in messages and listings. */
export type SearchPathEntry = string | { readonly path: string; readonly label?: string };

/** One config file, read and parsed. Shared between compositions: nothing in it may be changed. */
export interface LoadedConfig {
  readonly source: Source & { readonly kind: 'file' };
  /** What the header says after `@package`; null without one. */
  readonly header: string | null;
  /** The content without its defaults list. */
  readonly root: MapNode | ListNode;
  readonly defaults: readonly DefaultItem[];
}

/** The options of one config group. */
export interface GroupListing {
  /** Path of the group, with slashes; empty for the top level. */
  readonly group: string;
  readonly options: { readonly name: string; readonly file: string }[];
}

/** Files larger than this are refused, in bytes. */
const maxFileBytes = 1024 * 1024;
const cacheLimit = 4096;
const cache = new Map<string, LoadedConfig>();

/** The config files of a search path: the first folder that has a file wins. One per composition. */
export class Repository {
  readonly folders: readonly string[];
  private readonly loaded = new Map<string, LoadedConfig | undefined>();

  constructor(searchPath: readonly SearchPathEntry[]) {
    this.folders = searchPath.map((entry) => resolve(typeof entry === 'string' ? entry : entry.path));
  }

  /**
   * The config with this path (groups and name, no extension), or undefined where no folder has it.
   * @throws ComposeError where it cannot be read or parsed.
   */
  load(config: string): LoadedConfig | undefined {
    const known = this.loaded.get(config);
    if (known !== undefined || this.loaded.has(config)) return known;
    const file = this.find(config);
    const loaded = file === undefined ? undefined : readConfig(file, config);
    this.loaded.set(config, loaded);
    return loaded;
  }

  /**
   * The file of a config, or undefined.
   * @throws ComposeError where something else has its name.
   */
  find(config: string): string | undefined {
    const name = config.endsWith('.yaml') ? config : `${config}.yaml`;
    return this.folders.map((folder) => join(folder, name)).find(holdsConfig);
  }

  /** Whether any folder has this group. */
  hasGroup(group: string): boolean {
    return this.folders.some((folder) => isFolder(join(folder, group)));
  }

  /** Names of the configs in a group, sorted. Lists folders: for errors and globs only. */
  options(group: string): { name: string; file: string }[] {
    const found = new Map<string, string>();
    for (const folder of this.folders) {
      for (const { name } of entries(join(folder, group))) {
        const file = join(folder, group, name);
        const option = name.slice(0, -'.yaml'.length);
        if (name.endsWith('.yaml') && isFile(file) && !found.has(option)) found.set(option, file);
      }
    }
    return [...found].map(([name, file]) => ({ name, file })).sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** Names of the groups inside a group, sorted. */
  groups(group: string): string[] {
    const found = new Set<string>();
    for (const folder of this.folders) {
      for (const { name } of entries(join(folder, group))) {
        if (!name.startsWith('.') && isFolder(join(folder, group, name))) found.add(name);
      }
    }
    return [...found].sort();
  }
}

/** How deep groups may lie within one another in a listing, and how many there may be: links can make endless ones. */
const maxGroupDepth = 16;
const maxGroups = 5000;

/** All groups of a search path with their options, sorted by group. Folders that do not exist are skipped. */
export function listGroups(searchPath: readonly SearchPathEntry[]): GroupListing[] {
  const repository = new Repository(searchPath);
  const listings: GroupListing[] = [];
  let visited = 0;
  const visit = (group: string, above: readonly string[]): void => {
    const folders = repository.folders.map((folder) => realPath(join(folder, group))).join('\n');
    if (above.includes(folders)) return;
    for (const name of repository.groups(group)) {
      if (++visited > maxGroups) return;
      const path = group === '' ? name : `${group}/${name}`;
      const options = repository.options(path);
      if (options.length > 0) listings.push({ group: path, options });
      if (above.length + 1 < maxGroupDepth) visit(path, [...above, folders]);
    }
  };
  visit('', []);
  return listings.sort((a, b) => (a.group < b.group ? -1 : 1));
}

const stat = (path: string): ReturnType<typeof statSync> => {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
};

/** Whether a config is there. A pipe, a folder or a circle of links in its place is an error: nothing else is meant. */
function holdsConfig(file: string): boolean {
  try {
    const found = statSync(file, { throwIfNoEntry: false });
    if (found === undefined || found.isFile()) return found !== undefined;
    throw unreadable(file, `it is ${found.isDirectory() ? 'a directory' : 'no regular file'}`);
  } catch (error) {
    if (error instanceof ComposeError) throw error;
    if (codeOf(error) === 'ELOOP' || codeOf(error) === 'EACCES')
      throw unreadable(file, reasonOf(error), error);
    return false;
  }
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return '';
  }
}

const isFile = (path: string): boolean => stat(path)?.isFile() ?? false;
const isFolder = (path: string): boolean => stat(path)?.isDirectory() ?? false;

function entries(folder: string): { name: string }[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

/**
 * Reads and parses a config file.
 * @throws ComposeError where it cannot be read or parsed.
 */
export function readConfig(file: string, config: string): LoadedConfig {
  const text = readText(file);
  const known = cache.get(file);
  if (known?.source.text === text) return known;
  const source = { kind: 'file', path: file, text } as const;
  const header = readHeader(source);
  const tree = loadYaml(source);
  const { root, defaults } = takeDefaults(config, tree);
  const loaded: LoadedConfig = { source, header, root, defaults };
  if (cache.size >= cacheLimit) cache.clear();
  cache.set(file, loaded);
  return loaded;
}

function readText(file: string): string {
  let bytes: Buffer;
  try {
    bytes = readSmallFile(file, maxFileBytes);
  } catch (error) {
    if (error instanceof FileTooLarge) {
      throw new ComposeError('yaml/too-large', `${file} cannot be read: ${error.message}`, {
        path: file,
        hint: 'a configuration file is text that people write; keep data elsewhere',
        cause: error,
      });
    }
    throw unreadable(file, reasonOf(error), error);
  }
  if (!isUtf8(bytes)) throw unreadable(file, 'it is not text in UTF-8');
  return bytes.toString('utf8');
}

function unreadable(file: string, reason: string, cause?: unknown): ComposeError {
  return new ComposeError('config/unreadable', `${file} cannot be read: ${reason}`, { path: file, cause });
}

function reasonOf(error: unknown): string {
  if (codeOf(error) === 'EACCES') return 'permission denied';
  if (codeOf(error) === 'ELOOP') return 'its links lead in a circle';
  return error instanceof Error ? error.message : String(error);
}

const codeOf = (error: unknown): unknown =>
  typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
