import type { Credential } from '../credentials/store.ts';
import { ApiProblem } from '../problem.ts';
import { checkRequest } from '../wire/check.ts';
import { type CredentialWire, credentialRequest } from '../wire/credentials.ts';
import { type NumberPath, numberIn, type Routes } from './routes.ts';

/** Credentials of private registries: list, add, delete. A password comes in and never goes out. */
export const credentialRoutes: Routes = (app, { credentials, templates }) => {
  app.get('/v1/credentials', async () => ({ data: (await credentials.list()).map(toWire) }));

  app.post('/v1/credentials', async (request, reply) => {
    const { registry, username, password } = checkRequest(credentialRequest, request.body);
    const credential = await credentials.add({ registry: registry ?? '', username, password });
    request.audited.target = String(credential.id);
    reply.code(201);
    return { data: toWire(credential) };
  });

  app.delete<NumberPath>('/v1/credentials/:id', async ({ params }) => {
    const { id } = await credentials.get(numberIn(params.id, 'credential'));
    const users = (await templates.list()).filter((template) => template.credentialsId === id);
    if (users.length > 0) {
      const names = users.map(({ name }) => name).join(', ');
      throw new ApiProblem(409, 'credential-in-use', `credential ${id} is used by the templates ${names}`);
    }
    await credentials.remove(id);
    return { status: 'success', message: `credential ${id} deleted` };
  });
};

function toWire({ id, registry, username, createdAt }: Credential): CredentialWire {
  const at = new Date(createdAt).toISOString();
  return { id, registry, username, createdAt: at, updatedAt: at };
}
