import type * as z from 'zod/mini';
import { accountWire, doneWire, problemWire } from '../wire/answers.ts';
import { capabilitiesWire } from '../wire/capabilities.ts';
import {
  containerDetailWire,
  containerGpuWire,
  containerWire,
  createdWire,
  createRequest,
} from '../wire/containers.ts';
import { credentialRequest, credentialWire } from '../wire/credentials.ts';
import { execAnswer, execRequest } from '../wire/exec.ts';
import { logEntriesWire, logsWire } from '../wire/logs.ts';
import { sshKeyRequest, sshKeyWire } from '../wire/ssh-keys.ts';
import { statsWire } from '../wire/stats.ts';
import { categoryWire, templateRequest, templateWire } from '../wire/templates.ts';
import { terminalWire } from '../wire/terminal.ts';
import { fileItem, filesWire, uploadWire } from '../wire/volume-files.ts';
import {
  changeVolumeRequest,
  createVolumeRequest,
  duplicateVolumeRequest,
  volumeWire,
} from '../wire/volumes.ts';

/** The shapes that have a name in the description; others stand where they are used. */
export const names: Readonly<Record<string, z.ZodMiniType>> = {
  Account: accountWire,
  Capabilities: capabilitiesWire,
  ChangeVolume: changeVolumeRequest,
  Container: containerWire,
  ContainerDetail: containerDetailWire,
  ContainerGpu: containerGpuWire,
  CreateContainer: createRequest,
  CreateVolume: createVolumeRequest,
  Created: createdWire,
  Credential: credentialWire,
  CredentialRequest: credentialRequest,
  Done: doneWire,
  DuplicateVolume: duplicateVolumeRequest,
  Exec: execRequest,
  ExecAnswer: execAnswer,
  File: fileItem,
  Files: filesWire,
  LogEntries: logEntriesWire,
  Logs: logsWire,
  Problem: problemWire,
  SshKey: sshKeyWire,
  SshKeyRequest: sshKeyRequest,
  Stats: statsWire,
  Template: templateWire,
  TemplateCategory: categoryWire,
  TemplateRequest: templateRequest,
  Terminal: terminalWire,
  Upload: uploadWire,
  Volume: volumeWire,
};
