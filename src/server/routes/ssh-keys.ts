import { publicKeyProblem } from '../../base/public-key.ts';
import { problem } from '../deploy/find-named.ts';
import type { StoredSshKey } from '../ssh-keys/store.ts';
import { checkRequest } from '../wire/check.ts';
import { type SshKeyWire, sshKeyRequest } from '../wire/ssh-keys.ts';
import { type NumberPath, numberIn, type Routes } from './routes.ts';

/** SSH keys: list, add, delete. */
export const sshKeyRoutes: Routes = (app, { sshKeys }) => {
  app.get('/v1/ssh-keys', async () => ({ data: (await sshKeys.list()).map(toWire) }));

  app.post('/v1/ssh-keys', async (request, reply) => {
    const { name, public_key } = checkRequest(sshKeyRequest, request.body);
    const wrong = publicKeyProblem(public_key);
    if (wrong !== undefined) throw problem('public_key', 'invalid-request', `public_key ${wrong}`);
    const key = await sshKeys.add({ name, publicKey: public_key.trim() });
    request.audited.target = String(key.id);
    reply.code(201);
    return { data: toWire(key) };
  });

  app.delete<NumberPath>('/v1/ssh-keys/:id', async ({ params }) => {
    await sshKeys.remove(numberIn(params.id, 'SSH key'));
    return { status: 'success', message: 'SSH key deleted' };
  });
};

const toWire = ({ id, name, publicKey, createdAt }: StoredSshKey): SshKeyWire => ({
  id,
  name,
  public_key: publicKey,
  created_at: new Date(createdAt).toISOString(),
});
