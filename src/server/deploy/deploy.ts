import type { BoxSpec, ImageSpec, Mount } from '../engine/engine.ts';
import { ApiProblem } from '../problem.ts';
import { pullPolicies, type Template } from '../templates/template.ts';
import type { CreateRequest } from '../wire/containers.ts';
import type { DeployDeps } from './deps.ts';
import { findNamed, problem } from './find-named.ts';
import { isImageReference, mountPathRule, parseMountPath } from './parts.ts';
import { parsePorts } from './ports.ts';

/** A create request with all its names looked up. */
export interface Deployment {
  /** Without GPUs: one is chosen when the box is made. */
  readonly spec: BoxSpec;
  /** The kind of GPU that is wanted; null for a box without. */
  readonly gpuType: string | null;
  /** The request says nothing of ports: those of the template are opened as far as they can be. */
  readonly mayLackPorts: boolean;
}

const defaultMountPath = '/workspace';
/** Variables of all new boxes with the public keys that this server knows, a line each. */
const publicKeyVariable = 'PUBLIC_KEY';

/**
 * What a create request asks for: what it leaves out comes from its template, and its environment is laid over the
 * template's.
 * @throws ApiProblem 422 that says which field is wrong or cannot be had.
 */
export async function resolveDeployment(request: CreateRequest, deps: DeployDeps): Promise<Deployment> {
  const template = await templateOf(request, deps);
  const spec: BoxSpec = {
    name: request.server_name,
    env: await environmentOf(request, template, deps),
    command: request.command || template?.command || null,
    tags: request.tags ?? {},
    image: await imageOf(request, template, deps),
    template: template && { uuid: template.id, name: template.name },
    ports: portsOf(request.opened_ports || template?.exposedPorts || ''),
    memoryGb: request.memory ?? template?.memoryLimit ?? null,
    gpus: [],
    mounts: mountsOf(request, template, deps),
  };
  return { spec, gpuType: gpuTypeOf(request), mayLackPorts: !request.opened_ports };
}

async function templateOf(
  { template_uuid: wanted }: CreateRequest,
  { templates }: DeployDeps,
): Promise<Template | null> {
  return wanted ? findNamed(wanted, await templates.list(), 'template', 'template_uuid') : null;
}

async function environmentOf(
  request: CreateRequest,
  template: Template | null,
  { sshKeys }: DeployDeps,
): Promise<BoxSpec['env']> {
  const keys = (await sshKeys.list()).map(({ publicKey }) => publicKey);
  return {
    ...(keys.length > 0 ? { [publicKeyVariable]: keys.join('\n') } : {}),
    ...template?.environmentVariables,
    ...request.environment_variables,
  };
}

async function imageOf(
  request: CreateRequest,
  template: Template | null,
  { credentials }: DeployDeps,
): Promise<ImageSpec | null> {
  const reference = (request.docker_image || template?.dockerImage || '').trim();
  if (reference === '') return null;
  const field = request.docker_image ? 'docker_image' : 'template_uuid';
  if (!isImageReference(reference)) {
    throw problem(field, 'invalid-image', `${JSON.stringify(reference.slice(0, 80))} is no name of an image`);
  }
  const pull = pullPolicyOf(request.image_pull_policy) ?? template?.imagePullPolicy ?? 'cached';
  if (pull === 'digest' && !/@sha256:[0-9a-f]{64}$/.test(reference)) {
    throw problem(
      'image_pull_policy',
      'invalid-image',
      `pull policy digest needs an image by digest, as in NAME@sha256:..., and ${reference} is none`,
    );
  }
  // A credential that the template names was meant for the template's image.
  const named = request.credentials_id ?? (request.docker_image ? null : template?.credentialsId) ?? null;
  if (named !== null) await credentials.get(named).catch(unavailableCredential);
  const credential = named ?? (await credentials.forImage(reference))?.id ?? null;
  return { reference, pull, credential };
}

function unavailableCredential(error: unknown): never {
  if (error instanceof ApiProblem && error.status === 404) {
    throw problem('credentials_id', 'unavailable', error.message);
  }
  throw error;
}

/** Clients send `cached` where their user said nothing, so that much is left to the template. */
function pullPolicyOf(policy: string | null | undefined): ImageSpec['pull'] | undefined {
  if (!policy) return undefined;
  const known = pullPolicies.find((name) => name === policy.toLowerCase());
  if (known) return known === 'cached' ? undefined : known;
  throw problem(
    'image_pull_policy',
    'invalid-request',
    `image_pull_policy must be one of ${pullPolicies.join(', ')}`,
  );
}

function portsOf(text: string): readonly number[] {
  const ports = parsePorts(text);
  if (typeof ports === 'string') throw problem('opened_ports', 'invalid-request', `opened_ports ${ports}`);
  return ports;
}

function mountsOf(
  request: CreateRequest,
  template: Template | null,
  { volumes }: DeployDeps,
): readonly Mount[] {
  const target = mountPathOf(request.volume_mount_path || template?.volumeMountPath || defaultMountPath);
  if (!request.network_volume_uuid) return [];
  const { id, path } = findNamed(
    request.network_volume_uuid,
    volumes.list(),
    'volume',
    'network_volume_uuid',
  );
  return [{ volume: id, source: path, target }];
}

function mountPathOf(text: string): string {
  const path = parseMountPath(text);
  if (path !== undefined) return path;
  throw problem('volume_mount_path', 'invalid-request', `volume_mount_path ${mountPathRule}`);
}

/** Clients that always name a kind can ask for none with one of these words. */
function gpuTypeOf({ type, gpu_type }: CreateRequest): string | null {
  const wanted = gpu_type?.trim() ?? '';
  if (wanted === '' || ['cpu', 'none'].includes(wanted.toLowerCase())) return null;
  if (type?.toUpperCase() !== 'CPU') return wanted;
  throw problem('gpu_type', 'invalid-request', `a box of type CPU has no GPU, but gpu_type is ${wanted}`);
}
