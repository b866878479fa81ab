import * as z from 'zod/mini';
import { cleanLine } from '../../base/text.ts';
import type { Credential, CredentialsFacet } from '../facets/credentials.ts';
import type { Connection } from './connection.ts';
import { type ApiRequest, parseAnswer } from './request.ts';

const credentialSchema = z.object({
  id: z.int(),
  registry: z.nullish(z.string()),
  username: z.nullish(z.string()),
  createdAt: z.nullish(z.string()),
});
const listSchema = z.object({ data: z.array(credentialSchema) });
const oneSchema = z.object({ data: credentialSchema });

/** What GPULab's clients send where nobody names a registry. */
const dockerHub = 'docker.io';

/** The credentials that a server keeps for registries. */
export function credentialsOf(connect: () => Promise<Connection>): CredentialsFacet {
  return {
    async list() {
      const call: ApiRequest = { method: 'GET', path: '/v1/credentials' };
      const { data } = parseAnswer(listSchema, call, await (await connect()).request(call));
      return data.map(toCredential);
    },

    async add({ registry = dockerHub, username, password }) {
      const call: ApiRequest = {
        method: 'POST',
        path: '/v1/credentials',
        json: { registry, username, password },
      };
      return toCredential(parseAnswer(oneSchema, call, await (await connect()).request(call)).data);
    },

    async remove(id) {
      await (await connect()).request({ method: 'DELETE', path: `/v1/credentials/${id}` });
    },
  };
}

const toCredential = (wire: z.infer<typeof credentialSchema>): Credential => ({
  id: wire.id,
  registry: cleanLine(wire.registry ?? '', 300),
  username: cleanLine(wire.username ?? '', 300),
  createdAt: cleanLine(wire.createdAt ?? '', 60),
});
