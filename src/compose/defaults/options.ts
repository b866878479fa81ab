import { ComposeError, errorAt } from '../errors.ts';
import { checkText } from '../interpolation/check.ts';
import { Resolver, type Surroundings } from '../interpolation/resolve.ts';
import { emptyList, emptyMap, pushItem, scalar, setEntry } from '../nodes.ts';
import type { Entry } from './element.ts';

/**
 * Resolves the interpolation in an option (or in the path of a config) against the options chosen so far, under the
 * names that overrides give to groups.
 * @throws ComposeError `defaults/interpolation`.
 */
export function resolveOption(
  entry: Entry,
  known: ReadonlyMap<string, string | null>,
  listed: readonly Entry[],
  surroundings: Surroundings,
): void {
  const text = entry.kind === 'group' ? String(entry.value) : entry.configPath;
  if (entry.kind === 'group' && /\$\{defaults\.\d\./.test(text)) throw unresolved(entry, text, known);
  checkText(text, entry.place);
  const root = emptyMap();
  for (const [key, name] of known) setEntry(root, key, scalar(name));
  const list = emptyList();
  for (const other of listed) {
    if (other.kind === 'config') pushItem(list, scalar(other.configPath));
    else {
      const item = emptyMap();
      setEntry(item, other.overrideKey, scalar(typeof other.value === 'string' ? other.value : null));
      pushItem(list, item);
    }
  }
  setEntry(root, 'defaults', list);
  const holder = emptyMap();
  setEntry(holder, '_dummy_', scalar(text, entry.place));
  holder.parent = root;
  const resolved = attempt(() => new Resolver(root, forOptions(surroundings)).valueAt(holder, '_dummy_'));
  if (typeof resolved !== 'string') throw unresolved(entry, text, known);
  if (entry.kind === 'group') entry.value = resolved;
  else entry.path = resolved;
}

/** Keys are the names of groups here, not those of the configuration: only of variables is the guard asked. */
function forOptions({ guard, ...others }: Surroundings): Surroundings {
  if (guard === undefined) return others;
  return { ...others, guard: (read, by) => read.kind === 'env' && guard(read, by) };
}

function attempt<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch (error) {
    if (error instanceof ComposeError) return undefined;
    throw error;
  }
}

function unresolved(entry: Entry, text: string, known: ReadonlyMap<string, string | null>): ComposeError {
  const candidates = [...known.keys()].sort();
  return errorAt(entry.place, 'defaults/interpolation', `cannot resolve ${text} in a defaults list`, {
    path: entry.groupPath,
    candidates,
    hint: `groups that can be referred to here: ${candidates.join(', ') || 'none'}`,
  });
}
