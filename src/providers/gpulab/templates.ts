import * as z from 'zod/mini';
import { cleanLine, cleanText } from '../../base/text.ts';
import type { Template, TemplateChange, TemplatesFacet } from '../facets/templates.ts';
import type { Connection } from './connection.ts';
import { readPages } from './pages.ts';
import { type ApiRequest, parseAnswer } from './request.ts';

const text = z.nullish(z.string());

/** GB as a number or as a text; anything else says nothing. */
const gigabytes = z.catch(
  z.nullish(
    z.pipe(
      z.union([z.number(), z.string().check(z.regex(/^\s*\d+(\.\d+)?\s*$/))]),
      z.transform((value) => Number(value)),
    ),
  ),
  null,
);

/** A mapping; lines `KEY=VALUE` as older servers write them; an empty list for none. */
const environment = z.pipe(
  z.nullish(z.union([z.record(z.string(), z.string()), z.array(z.unknown()), z.string()])),
  z.transform((value): Record<string, string> => {
    if (typeof value === 'string') return fromLines(value);
    return value === null || value === undefined || Array.isArray(value) ? {} : value;
  }),
);

const templateSchema = z.object({
  templateUuid: z.string().check(z.minLength(1)),
  name: z.string(),
  description: text,
  visibility: text,
  containerType: text,
  dockerImage: text,
  exposedPorts: text,
  command: text,
  volumeMountPath: text,
  environmentVariables: environment,
  containerDiskSize: gigabytes,
  volumeDiskSize: gigabytes,
  memoryLimit: gigabytes,
  authorName: text,
  authorUrl: text,
  thumbnail: text,
  notes: text,
  createdAt: text,
  updatedAt: text,
  devbox: z.nullish(z.object({ image_pull_policy: text })),
});

const oneSchema = z.object({ data: templateSchema });

const categoriesSchema = z.object({
  data: z.array(z.object({ id: z.int(), name: z.string(), description: text })),
});

/** The templates of a server. */
export function templatesOf(connect: () => Promise<Connection>): TemplatesFacet {
  const one = async (call: ApiRequest): Promise<Template> => {
    const { request } = await connect();
    return toTemplate(parseAnswer(oneSchema, call, await request(call)).data);
  };
  return {
    list: async () => (await readPages(await connect(), '/v1/templates', templateSchema)).map(toTemplate),
    get: (id) => one({ method: 'GET', path: pathOf(id) }),
    async categories() {
      const call: ApiRequest = { method: 'GET', path: '/v1/templates/categories' };
      const { data } = parseAnswer(categoriesSchema, call, await (await connect()).request(call));
      return data.map(({ id, name, description }) => ({
        id,
        name: line(name),
        description: line(description),
      }));
    },
    create: (change) => one({ method: 'POST', path: '/v1/templates', json: toRequest(change) }),
    edit: (id, change) => one({ method: 'PUT', path: pathOf(id), json: toRequest(change) }),
    async remove(id) {
      await (await connect()).request({ method: 'DELETE', path: pathOf(id) });
    },
  };
}

const pathOf = (id: string): string => `/v1/templates/${encodeURIComponent(id)}`;

function toTemplate(wire: z.infer<typeof templateSchema>): Template {
  return {
    id: cleanLine(wire.templateUuid, 100),
    name: line(wire.name),
    description: cleanText(wire.description ?? '', 5000),
    visibility: line(wire.visibility),
    type: line(wire.containerType).toLowerCase(),
    image: line(wire.dockerImage),
    ports: line(wire.exposedPorts),
    command: line(wire.command),
    mountPath: line(wire.volumeMountPath),
    env: wire.environmentVariables,
    diskGb: wire.containerDiskSize ?? null,
    volumeDiskGb: wire.volumeDiskSize ?? null,
    memoryGb: wire.memoryLimit ?? null,
    pullPolicy: line(wire.devbox?.image_pull_policy),
    authorName: line(wire.authorName),
    authorUrl: line(wire.authorUrl),
    thumbnail: line(wire.thumbnail),
    notes: cleanText(wire.notes ?? '', 5000),
    createdAt: line(wire.createdAt),
    updatedAt: line(wire.updatedAt),
  };
}

const line = (value: string | null | undefined): string => cleanLine(value ?? '');

/** GPULab's keys of the request, only those that are said. */
function toRequest(change: TemplateChange): Record<string, unknown> {
  const keys = {
    name: change.name,
    docker_image: change.image,
    description: change.description,
    visibility: change.visibility,
    container_type: change.type,
    category_id: change.category,
    credentials_id: change.credential,
    registry: change.registry,
    registry_username: change.registryUsername,
    registry_password: change.registryPassword,
    volume_mount_path: change.mountPath,
    exposed_ports: change.ports,
    environment_variables: change.env,
    command: change.command,
    container_disk_size: change.diskGb,
    volume_disk_size: change.volumeDiskGb,
    memory_limit: change.memoryGb,
    image_pull_policy: change.pullPolicy,
    author_name: change.authorName,
    author_url: change.authorUrl,
    thumbnail: change.thumbnail,
    notes: change.notes,
  };
  return Object.fromEntries(Object.entries(keys).filter(([, value]) => value !== undefined));
}

function fromLines(lines: string): Record<string, string> {
  return Object.fromEntries(
    lines.split('\n').flatMap((entry) => {
      const at = entry.indexOf('=');
      return at < 1 ? [] : [[entry.slice(0, at).trim(), entry.slice(at + 1).replace(/\r$/, '')]];
    }),
  );
}
