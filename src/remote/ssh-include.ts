import { readdir } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { readIfThere } from '../base/files.ts';
import { entryFolder, type SshPlaces } from './ssh-target.ts';

/** Whether plain `ssh NAME` reads the host entries. */
export interface IncludeState {
  readonly included: boolean;
  /** The line that has to be at the top of `configFile`, so that it does. */
  readonly line: string;
  /** The user's ssh configuration. */
  readonly configFile: string;
}

/**
 * Reads the user's ssh configuration as far as `Include` goes, also through the files that it includes.
 * @param alias the entry that has to be read.
 */
export async function includeState(places: SshPlaces, alias: string): Promise<IncludeState> {
  const folder = entryFolder(places);
  const configFile = join(places.home, '.ssh', 'config');
  const included = await reads(configFile, join(folder, alias), places.home, 0);
  const usual = folder === join(places.home, '.ssh', 'config.d');
  const pattern = usual ? 'config.d/*' : `${folder}/*`;
  return { included, line: `Include ${/\s/.test(pattern) ? `"${pattern}"` : pattern}`, configFile };
}

/** ssh itself stops at 16. */
const deepest = 16;

async function reads(file: string, wanted: string, home: string, depth: number): Promise<boolean> {
  if (depth > deepest) return false;
  const text = await readIfThere(file).catch(() => undefined);
  for (const pattern of includedPatterns(text ?? '', home)) {
    if (matchesGlob(pattern, wanted)) return true;
    for (const other of await expand(pattern)) {
      if (other !== file && (await reads(other, wanted, home, depth + 1))) return true;
    }
  }
  return false;
}

/**
 * Absolute patterns of the `Include` lines that hold for every host: those before the first `Host` or `Match`, or
 * after one that matches everything.
 */
function includedPatterns(text: string, home: string): string[] {
  const patterns: string[] = [];
  let always = true;
  for (const line of text.split('\n')) {
    const [keyword = '', ...values] = words(line);
    switch (keyword.toLowerCase()) {
      case 'host':
        always = values.includes('*') && !values.some((value) => value.startsWith('!'));
        break;
      case 'match':
        always = values.length === 1 && values[0]?.toLowerCase() === 'all';
        break;
      case 'include':
        if (always) patterns.push(...values.map((value) => absolute(value, home)));
        break;
    }
  }
  return patterns;
}

/** `keyword value "quoted value"`, or `keyword=value`; a comment has no words. */
function words(line: string): string[] {
  const found: string[] = [];
  const text = line.trim();
  if (text.startsWith('#')) return found;
  const parts = text.replace(/^([A-Za-z]+)\s*=\s*/, '$1 ').matchAll(/"([^"]*)"|([^\s"]+)/g);
  for (const [, quoted, bare] of parts) {
    if (bare?.startsWith('#')) break;
    found.push(quoted ?? bare ?? '');
  }
  return found;
}

function absolute(pattern: string, home: string): string {
  const path = pattern.replace(/^~(?=\/|$)|^%d(?=\/)|^\$\{HOME\}(?=\/)/, () => home);
  return isAbsolute(path) ? path : join(home, '.ssh', path);
}

/** Whether a path is among what a shell pattern means; a wildcard matches no slash and no leading dot. */
function matchesGlob(pattern: string, path: string): boolean {
  const source = pattern.replace(/\/{2,}/g, '/').replace(/\[!?[^\]/]+\]|[*?]|[^\w/]/g, (piece) => {
    if (piece === '*') return '[^/]*';
    if (piece === '?') return '[^/]';
    if (piece.length > 1) return piece.replace(/^\[!/, '[^').replaceAll('\\', '\\\\');
    return `\\${piece}`;
  });
  if (basename(path).startsWith('.') && !basename(pattern).startsWith('.')) return false;
  try {
    return new RegExp(`^${source}$`).test(path);
  } catch {
    // A class such as [z-a] matches nothing.
    return false;
  }
}

/** The files that a pattern means, as far as wildcards stand in its last part only. */
async function expand(pattern: string): Promise<string[]> {
  if (!/[*?[]/.test(pattern)) return [pattern];
  const folder = dirname(pattern);
  if (/[*?[]/.test(folder)) return [];
  const names = await readdir(folder).catch(() => []);
  return names.map((name) => join(folder, name)).filter((path) => matchesGlob(pattern, path));
}
