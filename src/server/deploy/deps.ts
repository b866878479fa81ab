import type { CredentialStore } from '../credentials/store.ts';
import type { SshKeyStore } from '../ssh-keys/store.ts';
import type { TemplateStore } from '../templates/store.ts';
import type { VolumeStore } from '../volumes/store.ts';

/** What the names of a create request are looked up in. */
export interface DeployDeps {
  readonly templates: Pick<TemplateStore, 'list'>;
  readonly credentials: Pick<CredentialStore, 'get' | 'forImage'>;
  readonly sshKeys: Pick<SshKeyStore, 'list'>;
  readonly volumes: Pick<VolumeStore, 'list'>;
}
