import * as z from 'zod/mini';
import { publicKeyProblem } from '../../base/public-key.ts';
import { problem } from '../deploy/find-named.ts';
import type { StoredSshKey } from '../ssh-keys/store.ts';
import { dataOf, doneWire } from '../wire/answers.ts';
import { type SshKeyWire, sshKeyRequest, sshKeyWire } from '../wire/ssh-keys.ts';
import { endpoint } from './endpoint.ts';
import { numberIn, type Routes } from './routes.ts';

/** SSH keys: list, add, delete. */
export const sshKeyRoutes: Routes = (app, { sshKeys }) => {
  endpoint(
    app,
    'GET',
    '/v1/ssh-keys',
    { id: 'listSshKeys', summary: 'All SSH keys', answer: dataOf(z.array(sshKeyWire)) },
    async () => ({ data: (await sshKeys.list()).map(toWire) }),
  );

  endpoint(
    app,
    'POST',
    '/v1/ssh-keys',
    {
      id: 'addSshKey',
      summary: 'Add a public key, which new containers are told',
      body: sshKeyRequest,
      answer: dataOf(sshKeyWire),
      created: true,
      problems: [409],
    },
    async ({ body, request }) => {
      const wrong = publicKeyProblem(body.public_key);
      if (wrong !== undefined) throw problem('public_key', 'invalid-request', `public_key ${wrong}`);
      const key = await sshKeys.add({ name: body.name, publicKey: body.public_key.trim() });
      request.audited.target = String(key.id);
      return { data: toWire(key) };
    },
  );

  endpoint(
    app,
    'DELETE',
    '/v1/ssh-keys/:id',
    { id: 'deleteSshKey', summary: 'Forget an SSH key; containers that have it keep it', answer: doneWire },
    async ({ params }) => {
      await sshKeys.remove(numberIn(params.id, 'SSH key'));
      return { status: 'success', message: 'SSH key deleted' };
    },
  );
};

const toWire = ({ id, name, publicKey, createdAt }: StoredSshKey): SshKeyWire => ({
  id,
  name,
  public_key: publicKey,
  created_at: new Date(createdAt).toISOString(),
});
