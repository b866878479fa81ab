import type { Filesystem } from '../../providers/facets/filesystems.ts';
import { type FoundResource, findResource } from '../find-resource.ts';

const kind = { noun: 'filesystem', key: 'filesystem', list: 'devbox filesystems' };

/** The filesystem that an id or name means. @throws DevboxError `not-found`, or `usage` where there are several. */
export function findFilesystem(identifier: string, all: readonly Filesystem[]): FoundResource<Filesystem> {
  return findResource(identifier, all, kind);
}
