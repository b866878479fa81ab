import * as z from 'zod/mini';
import type { Credential } from '../credentials/store.ts';
import { ApiProblem } from '../problem.ts';
import { dataOf, doneWire } from '../wire/answers.ts';
import { type CredentialWire, credentialRequest, credentialWire } from '../wire/credentials.ts';
import { endpoint } from './endpoint.ts';
import { numberIn, type Routes } from './routes.ts';

/** Credentials of private registries: list, add, delete. A password comes in and never goes out. */
export const credentialRoutes: Routes = (app, { credentials, templates }) => {
  endpoint(
    app,
    'GET',
    '/v1/credentials',
    {
      id: 'listCredentials',
      summary: 'All credentials of registries, without their passwords',
      answer: dataOf(z.array(credentialWire)),
    },
    async () => ({ data: (await credentials.list()).map(toWire) }),
  );

  endpoint(
    app,
    'POST',
    '/v1/credentials',
    {
      id: 'addCredential',
      summary: 'Add a credential of a registry',
      body: credentialRequest,
      answer: dataOf(credentialWire),
      created: true,
    },
    async ({ body, request }) => {
      const { registry, username, password } = body;
      const credential = await credentials.add({ registry: registry ?? '', username, password });
      request.audited.target = String(credential.id);
      return { data: toWire(credential) };
    },
  );

  endpoint(
    app,
    'DELETE',
    '/v1/credentials/:id',
    {
      id: 'deleteCredential',
      summary: 'Forget a credential that no template uses',
      answer: doneWire,
      problems: [409],
    },
    async ({ params }) => {
      const { id } = await credentials.get(numberIn(params.id, 'credential'));
      const users = (await templates.list()).filter((template) => template.credentialsId === id);
      if (users.length > 0) {
        const names = users.map(({ name }) => name).join(', ');
        throw new ApiProblem(409, 'credential-in-use', `credential ${id} is used by the templates ${names}`);
      }
      await credentials.remove(id);
      return { status: 'success', message: `credential ${id} deleted` };
    },
  );
};

function toWire({ id, registry, username, createdAt }: Credential): CredentialWire {
  const at = new Date(createdAt).toISOString();
  return { id, registry, username, createdAt: at, updatedAt: at };
}
