import * as z from 'zod/mini';
import { parsePorts } from '../deploy/ports.ts';
import { isBuiltIn } from '../templates/built-in.ts';
import { changedFields, newTemplate, withCredential } from '../templates/from-request.ts';
import { categories, type Template } from '../templates/template.ts';
import { checkRequest } from '../wire/check.ts';
import { onePage } from '../wire/page.ts';
import { type TemplateWire, templateRequest } from '../wire/templates.ts';
import type { Routes } from './routes.ts';

interface TemplatePath {
  readonly Params: { readonly template: string };
}

const listQuery = z.object({ name: z.optional(z.string()) });

/** Templates: list, create, look at, edit, delete. A name stands for an id everywhere. */
export const templateRoutes: Routes = (app, { templates, credentials }) => {
  app.get('/v1/templates', async ({ query }) => {
    const { name = '' } = checkRequest(listQuery, query);
    const begins = name.toLowerCase();
    const wanted = (await templates.list()).filter((one) => one.name.toLowerCase().startsWith(begins));
    return onePage('/v1/templates', wanted.map(toWire));
  });

  app.get('/v1/templates/categories', async () => ({ data: categories }));

  app.post('/v1/templates', async (request, reply) => {
    const asked = checkRequest(templateRequest, request.body);
    const fields = newTemplate(asked);
    const template = await withCredential(asked, credentials, (link) =>
      templates.add({ ...fields, ...link }),
    );
    request.audited.target = template.id;
    reply.code(201);
    return { data: toWire(template) };
  });

  app.get<TemplatePath>('/v1/templates/:template', async ({ params }) => ({
    data: toWire(await templates.get(params.template)),
  }));

  app.put<TemplatePath>('/v1/templates/:template', async ({ params, body }) => {
    const asked = checkRequest(templateRequest, body);
    const changes = changedFields(asked);
    const { id } = await templates.get(params.template);
    const template = await withCredential(asked, credentials, (link) =>
      templates.edit(id, { ...changes, ...link }),
    );
    return { data: toWire(template) };
  });

  app.delete<TemplatePath>('/v1/templates/:template', async ({ params }) => {
    const { id, name } = await templates.get(params.template);
    await templates.remove(id);
    return { status: 'success', message: `template ${name} deleted` };
  });
};

function toWire(template: Template): TemplateWire {
  const ports = parsePorts(template.exposedPorts);
  return {
    templateUuid: template.id,
    name: template.name,
    description: template.description,
    authorUrl: template.authorUrl,
    authorName: template.authorName,
    thumbnail: template.thumbnail,
    notes: template.notes,
    visibility: template.visibility,
    containerType: template.containerType,
    volumeMountPath: template.volumeMountPath,
    dockerImage: template.dockerImage,
    exposedPorts: template.exposedPorts || null,
    portsArray: typeof ports === 'string' ? [] : ports,
    environmentVariables: template.environmentVariables,
    command: template.command || null,
    containerDiskSize: template.containerDiskSize,
    volumeDiskSize: template.volumeDiskSize,
    memoryLimit: template.memoryLimit,
    createdAt: new Date(template.createdAt).toISOString(),
    updatedAt: new Date(template.updatedAt).toISOString(),
    devbox: {
      built_in: isBuiltIn(template.id),
      category_id: template.categoryId,
      credentials_id: template.credentialsId,
      image_pull_policy: template.imagePullPolicy,
    },
  };
}
