import * as z from 'zod/mini';
import { cleanLine } from '../../base/text.ts';
import type { SshKey, SshKeysFacet } from '../facets/ssh-keys.ts';
import type { Connection } from './connection.ts';
import { type ApiRequest, parseAnswer } from './request.ts';

/** GPULab does not say what its keys look like, so every likely form is understood. */
const keySchema = z.object({
  id: z.union([z.int(), z.string()]),
  name: z.nullish(z.string()),
  public_key: z.nullish(z.string()),
  publicKey: z.nullish(z.string()),
  key: z.nullish(z.string()),
});
const listSchema = z.union([z.array(keySchema), z.object({ data: z.array(keySchema) })]);
const oneSchema = z.union([z.object({ data: keySchema }), keySchema]);

/** The SSH keys that a server tells new boxes of. */
export function sshKeysOf(connect: () => Promise<Connection>): SshKeysFacet {
  return {
    async list() {
      const call: ApiRequest = { method: 'GET', path: '/v1/ssh-keys' };
      const answer = parseAnswer(listSchema, call, await (await connect()).request(call));
      return (Array.isArray(answer) ? answer : answer.data).map(toKey);
    },

    async add({ name, publicKey }) {
      const call: ApiRequest = {
        method: 'POST',
        path: '/v1/ssh-keys',
        json: { name, public_key: publicKey },
      };
      const answer = parseAnswer(oneSchema, call, await (await connect()).request(call));
      return toKey('data' in answer ? answer.data : answer);
    },

    async remove(id) {
      await (await connect()).request({ method: 'DELETE', path: `/v1/ssh-keys/${encodeURIComponent(id)}` });
    },
  };
}

const toKey = (wire: z.infer<typeof keySchema>): SshKey => ({
  id: cleanLine(String(wire.id), 100),
  name: cleanLine(wire.name ?? '', 200),
  publicKey: cleanLine(wire.public_key ?? wire.publicKey ?? wire.key ?? '', 16_384),
});
