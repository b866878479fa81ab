import { nearest } from '../../base/text.ts';
import { ComposeError, errorAt } from '../errors.ts';
import type { Repository } from '../repository.ts';
import type { Entry } from './element.ts';

/** An entry in the tree of defaults lists, with what its own list names. */
export interface Branch {
  readonly entry: Entry;
  readonly parent: Branch | undefined;
  children: (Entry | Branch)[];
}

/** Configs that name one another in a circle. */
export function cycle(branch: Branch): ComposeError {
  const chain: string[] = [];
  for (let at: Branch | undefined = branch; at !== undefined && chain.length < 6; at = at.parent) {
    chain.unshift(at.entry.configPath);
  }
  return errorAt(
    branch.entry.place,
    'defaults/cycle',
    `configs name one another in a circle: ${chain.join(' > ')}`,
    {
      path: branch.entry.configPath,
    },
  );
}

/** A group without an option that needs one: lists the options. */
export function required(repository: Repository, entry: Entry): ComposeError {
  if (entry.kind === 'config') {
    return errorAt(
      entry.place,
      'defaults/invalid',
      `a config in a defaults list cannot be ???: ${entry.configPath}`,
    );
  }
  const key = entry.overrideKey;
  const candidates = repository.options(entry.groupPath).map(({ name }) => name);
  return errorAt(entry.place, 'option/required', `an option of ${key} has to be chosen: ${key}=OPTION`, {
    path: key,
    candidates,
    hint: `options are ${candidates.join(', ')}`,
  });
}

/** An option or config that no folder has: names the nearest and lists the others. */
export function notFound(repository: Repository, { entry, parent }: Branch): ComposeError {
  const path = entry.configPath;
  const searched =
    repository.folders.length === 0 ? 'the search path is empty' : repository.folders.join(', ');
  if (entry.primary) {
    const slash = path.lastIndexOf('/');
    const names = repository.options(slash < 0 ? '' : path.slice(0, slash)).map(({ name }) => name);
    return new ComposeError('config/not-found', `there is no primary config ${path}`, {
      path,
      nearest: nearest(path.slice(slash + 1), names),
      candidates: names,
      hint: `searched: ${searched}`,
    });
  }
  const config = entry.overriddenIn ?? parent?.entry.configPath;
  const where = config === undefined || entry.place?.source.kind === 'override' ? '' : `in ${config}: `;
  const group = entry.groupPath;
  const candidates = repository.options(group).map(({ name }) => name);
  const close = nearest(entry.name ?? '', candidates);
  const meant = close === undefined ? '' : `; did you mean ${close}?`;
  if (entry.kind === 'config') {
    return errorAt(entry.place, 'config/not-found', `${where}there is no config ${path}${meant}`, {
      path,
      nearest: close,
      candidates,
      hint: `searched: ${searched}`,
    });
  }
  const hint =
    candidates.length > 0 ? `options of ${group} are ${candidates.join(', ')}` : `searched: ${searched}`;
  return errorAt(entry.place, 'option/unknown', `${where}${group} has no option ${entry.name}${meant}`, {
    path: group,
    nearest: close,
    candidates,
    hint,
  });
}
