import type { CredentialStore } from '../credentials/store.ts';
import { problem } from '../deploy/find-named.ts';
import { isImageReference, mountPathRule, parseMountPath } from '../deploy/parts.ts';
import { parsePorts } from '../deploy/ports.ts';
import { ApiProblem } from '../problem.ts';
import type { TemplateRequest } from '../wire/templates.ts';
import type { TemplateFields } from './store.ts';
import { categories, defaultCategory, type Template } from './template.ts';

/** What a template has where its maker says nothing. */
const defaults: Omit<TemplateFields, 'name' | 'dockerImage'> = {
  description: '',
  visibility: 'private',
  containerType: 'gpu',
  categoryId: defaultCategory,
  credentialsId: null,
  authorName: '',
  authorUrl: '',
  thumbnail: '',
  notes: '',
  imagePullPolicy: 'cached',
  volumeMountPath: '',
  exposedPorts: '',
  environmentVariables: {},
  command: '',
  containerDiskSize: 10,
  volumeDiskSize: null,
  memoryLimit: null,
};

/** A new template. @throws ApiProblem 422 */
export function newTemplate(request: TemplateRequest): TemplateFields {
  const { name, docker_image: dockerImage } = request;
  if (!name?.trim()) throw problem('name', 'invalid-request', 'name must not be empty');
  if (!dockerImage) throw problem('docker_image', 'invalid-request', 'docker_image must not be empty');
  return { ...defaults, name, dockerImage, ...changedFields(request) };
}

/**
 * The fields that a request names. What is needed (name, image, visibility, type, pull policy, category, disk) cannot be
 * cleared; null leaves it as it is.
 * @throws ApiProblem 422
 */
export function changedFields(request: TemplateRequest): Partial<TemplateFields> {
  const changes: Partial<TemplateFields> = {
    ...needed('name', nameOf(request.name)),
    ...needed('dockerImage', imageOf(request.docker_image)),
    ...needed('visibility', request.visibility),
    ...needed('containerType', request.container_type),
    ...needed('categoryId', categoryOf(request.category_id)),
    ...needed('imagePullPolicy', request.image_pull_policy),
    ...needed('containerDiskSize', request.container_disk_size),
    ...given('description', request.description, ''),
    ...given('authorName', request.author_name, ''),
    ...given('authorUrl', request.author_url, ''),
    ...given('thumbnail', request.thumbnail, ''),
    ...given('notes', request.notes, ''),
    ...given('volumeMountPath', mountPathOf(request.volume_mount_path), ''),
    ...given('exposedPorts', portsOf(request.exposed_ports), ''),
    ...given('environmentVariables', request.environment_variables, {}),
    ...given('command', request.command, ''),
    ...given('volumeDiskSize', request.volume_disk_size, null),
    ...given('memoryLimit', request.memory_limit, null),
    ...given('credentialsId', request.credentials_id, null),
  };
  return changes;
}

/**
 * Does `work` with the credential that a request names or brings along; one that was brought goes again where the work
 * fails.
 * @throws ApiProblem 422
 */
export async function withCredential(
  request: TemplateRequest,
  credentials: CredentialStore,
  work: (link: Pick<Partial<Template>, 'credentialsId'>) => Promise<Template>,
): Promise<Template> {
  const { registry, registry_username: username, registry_password: password } = request;
  if (request.credentials_id) await checkCredential(request.credentials_id, credentials);
  if (!username && !password) return work({});
  if (!username || !password) {
    const field = username ? 'registry_password' : 'registry_username';
    throw problem(
      field,
      'invalid-request',
      `${field} is missing: a registry wants both user name and password`,
    );
  }
  const brought = await credentials.add({ registry: registry ?? '', username, password });
  try {
    return await work({ credentialsId: brought.id });
  } catch (error) {
    await credentials.remove(brought.id);
    throw error;
  }
}

async function checkCredential(id: number, credentials: CredentialStore): Promise<void> {
  await credentials.get(id).catch((error: unknown) => {
    if (!(error instanceof ApiProblem) || error.status !== 404) throw error;
    throw problem('credentials_id', 'unavailable', error.message);
  });
}

/** A field that every template has. */
function needed<K extends keyof TemplateFields>(
  key: K,
  value: TemplateFields[K] | null | undefined,
): Partial<TemplateFields> {
  return value === null || value === undefined ? {} : { [key]: value };
}

/** A field that can be cleared. */
function given<K extends keyof TemplateFields>(
  key: K,
  value: TemplateFields[K] | null | undefined,
  cleared: TemplateFields[K],
): Partial<TemplateFields> {
  return value === undefined ? {} : { [key]: value ?? cleared };
}

type Text = string | null | undefined;

function nameOf(name: Text): Text {
  if (name === null || name === undefined) return undefined;
  if (name.trim() !== '') return name.trim();
  throw problem('name', 'invalid-request', 'name must not be empty');
}

function imageOf(image: Text): Text {
  if (image === null || image === undefined || isImageReference(image)) return image;
  const message = `docker_image ${JSON.stringify(image.slice(0, 80))} is no name of an image`;
  throw problem('docker_image', 'invalid-request', message);
}

function categoryOf(id: number | null | undefined): number | null | undefined {
  if (id === null || id === undefined || categories.some((category) => category.id === id)) return id;
  const known = categories.map((category) => `${category.id} (${category.name})`).join(', ');
  throw problem('category_id', 'unavailable', `there is no category ${id}; there is ${known}`);
}

function mountPathOf(path: Text): Text {
  if (!path) return path;
  const parsed = parseMountPath(path);
  if (parsed !== undefined) return parsed;
  throw problem('volume_mount_path', 'invalid-request', `volume_mount_path ${mountPathRule}`);
}

function portsOf(text: Text): Text {
  const parsed = parsePorts(text ?? '');
  if (typeof parsed === 'string') {
    throw problem('exposed_ports', 'invalid-request', `exposed_ports ${parsed}`);
  }
  return text;
}
