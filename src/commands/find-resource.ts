import { DevboxError } from '../base/errors.ts';
import { clip, nearest } from '../base/text.ts';
import { isIdPrefix } from '../leases/lease.ts';

interface Named {
  readonly id: string;
  readonly name: string;
}

/** What the things are called that are looked for. */
export interface ResourceKind {
  /** `template` */
  readonly noun: string;
  /** The setting that names one. */
  readonly key: string;
  /** The command that lists them. */
  readonly list: string;
  /** Whether the only name that begins with the identifier is meant by it too, in upper or lower case. */
  readonly namePrefix?: true;
}

/** A thing that was looked for. */
export interface FoundResource<T> {
  readonly item: T;
  /** It was named by its whole id or name. */
  readonly isExact: boolean;
}

/**
 * The thing that an identifier means: its id, else its name, else the beginning of its id, of six characters or more.
 * @throws DevboxError `not-found` where there is none, `usage` where there are several.
 */
export function findResource<T extends Named>(
  identifier: string,
  all: readonly T[],
  kind: ResourceKind,
): FoundResource<T> {
  const lower = identifier.toLowerCase();
  const ways: readonly [isExact: boolean, matches: (item: T) => boolean][] = [
    [true, ({ id }) => id === identifier],
    [true, ({ name }) => name === identifier],
    [false, ({ id }) => isIdPrefix(identifier) && id.startsWith(identifier)],
    [false, ({ name }) => kind.namePrefix === true && name.toLowerCase() === lower],
    [false, ({ name }) => kind.namePrefix === true && name.toLowerCase().startsWith(lower)],
  ];
  for (const [isExact, matches] of ways) {
    const found = all.filter(matches);
    if (found.length > 1) throw ambiguous(identifier, found, kind);
    if (found[0]) return { item: found[0], isExact };
  }
  throw notFound(identifier, all, kind);
}

function ambiguous(identifier: string, found: readonly Named[], { noun, key }: ResourceKind): DevboxError {
  return new DevboxError(
    'usage',
    `${clip(identifier, 100)} means ${found.length} ${noun}s; nothing was done`,
    {
      code: 'resource/ambiguous',
      details: found.slice(0, 20).map(({ id, name }) => ({ label: id, value: name })),
      hint: `Say which by its id: ${key}=${found[0]?.id ?? 'ID'}`,
    },
  );
}

function notFound(identifier: string, all: readonly Named[], { noun, list }: ResourceKind): DevboxError {
  const near = nearest(
    identifier,
    all.flatMap(({ id, name }) => [name, id]),
  );
  const names = all.slice(0, 10).map(({ name }) => clip(name, 40));
  return new DevboxError('not-found', `there is no ${noun} with the id or name ${clip(identifier, 100)}`, {
    code: 'resource/not-found',
    title: 'Not Found',
    details: names.length === 0 ? [] : [{ label: 'There is', value: names.join(', ') }],
    hint: near ? `Did you mean ${clip(near, 100)}?` : `${list} shows what there is.`,
  });
}
