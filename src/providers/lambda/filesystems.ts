import type { FilesystemsFacet } from '../facets/filesystems.ts';
import { filesystemOf } from './catalogue.ts';
import type { LambdaClient } from './client.ts';
import { settle } from './settle.ts';
import * as wire from './wire.ts';

const look = 'devbox filesystems';

/** The account's filesystems. Listing has a hyphen in its path, creating and deleting have not. */
export function filesystemsOf(client: LambdaClient): FilesystemsFacet {
  return {
    list: async () => (await client.get('/file-systems', wire.filesystems)).map(filesystemOf),

    async create({ name, region }) {
      const changed = await client.change('POST', '/filesystems', { name, region }, wire.filesystem);
      return filesystemOf(settle(changed, `the filesystem ${name} was created`, look));
    },

    async remove({ id, name }) {
      const path = `/filesystems/${encodeURIComponent(id)}`;
      const changed = await client.change('DELETE', path, undefined, wire.nothing);
      settle(changed, `the filesystem ${name} was deleted`, look);
    },
  };
}
