import { expect, test } from '@jest/globals';
import { startFakeLambda } from '../../support/fake-lambda/index.ts';
import { errorOf, open } from './open.ts';

const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJvCAc3Tgg/0BwLgdB6Ye4Mz0iQvG1rKGdW5lhO1Yp4x me@here';

test('SSH keys are added, listed and deleted', async () => {
  const server = await startFakeLambda();
  const { provider } = await open({ base_url: server.baseUrl });
  const added = await provider.sshKeys?.add({ name: 'new', publicKey: key });
  expect(await provider.sshKeys?.list()).toContainEqual(added);
  await provider.sshKeys?.remove(added?.id ?? '');
  expect(await provider.sshKeys?.list()).not.toContainEqual(added);
  const gone = await errorOf(Promise.resolve(provider.sshKeys?.remove(added?.id ?? '')));
  expect(gone.code).toBe('global/invalid-parameters');
  await server.stop();
});

test('a lost answer leaves open whether a key was added', async () => {
  const server = await startFakeLambda({ faults: [{ on: 'POST /ssh-keys', fault: { kind: 'drop-after' } }] });
  const { provider } = await open({ base_url: server.baseUrl });
  const lost = await errorOf(Promise.resolve(provider.sshKeys?.add({ name: 'new', publicKey: key })));
  expect(lost).toMatchObject({ kind: 'outcome-unknown', hint: 'See what there is: devbox ssh_keys' });
  await server.stop();
});
