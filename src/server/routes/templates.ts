import * as z from 'zod/mini';
import { parsePorts } from '../deploy/ports.ts';
import { isBuiltIn } from '../templates/built-in.ts';
import { changedFields, newTemplate, withCredential } from '../templates/from-request.ts';
import { categories, type Template } from '../templates/template.ts';
import { dataOf, doneWire } from '../wire/answers.ts';
import { listQuery, onePage, pageOf } from '../wire/page.ts';
import { categoryWire, type TemplateWire, templateRequest, templateWire } from '../wire/templates.ts';
import { endpoint } from './endpoint.ts';
import type { Routes } from './routes.ts';

/** Templates: list, create, look at, edit, delete. A name stands for an id everywhere. */
export const templateRoutes: Routes = (app, { templates, credentials }) => {
  endpoint(
    app,
    'GET',
    '/v1/templates',
    {
      id: 'listTemplates',
      summary: 'All templates, or those whose name begins so',
      query: listQuery,
      answer: pageOf(templateWire),
    },
    async ({ query }) => {
      const begins = (query.name ?? '').toLowerCase();
      const wanted = (await templates.list()).filter((one) => one.name.toLowerCase().startsWith(begins));
      return onePage('/v1/templates', wanted.map(toWire));
    },
  );

  endpoint(
    app,
    'GET',
    '/v1/templates/categories',
    {
      id: 'listTemplateCategories',
      summary: 'The kinds of templates',
      answer: dataOf(z.array(categoryWire)),
    },
    () => ({ data: categories }),
  );

  endpoint(
    app,
    'POST',
    '/v1/templates',
    {
      id: 'createTemplate',
      summary: 'Make a template',
      notes: '`name` and `docker_image` are needed.',
      body: templateRequest,
      answer: dataOf(templateWire),
      created: true,
      problems: [409],
    },
    async ({ body, request }) => {
      const fields = newTemplate(body);
      const template = await withCredential(body, credentials, (link) =>
        templates.add({ ...fields, ...link }),
      );
      request.audited.target = template.id;
      return { data: toWire(template) };
    },
  );

  endpoint(
    app,
    'GET',
    '/v1/templates/:template',
    { id: 'getTemplate', summary: 'One template', answer: dataOf(templateWire) },
    async ({ params }) => ({ data: toWire(await templates.get(params.template)) }),
  );

  endpoint(
    app,
    'PUT',
    '/v1/templates/:template',
    {
      id: 'editTemplate',
      summary: 'Change what the request names of a template',
      notes: 'An empty text clears, and so does null.',
      body: templateRequest,
      answer: dataOf(templateWire),
      problems: [403, 409],
    },
    async ({ params, body }) => {
      const changes = changedFields(body);
      const { id } = await templates.get(params.template);
      const template = await withCredential(body, credentials, (link) =>
        templates.edit(id, { ...changes, ...link }),
      );
      return { data: toWire(template) };
    },
  );

  endpoint(
    app,
    'DELETE',
    '/v1/templates/:template',
    { id: 'deleteTemplate', summary: 'Forget a template', answer: doneWire, problems: [403, 409] },
    async ({ params }) => {
      const { id, name } = await templates.get(params.template);
      await templates.remove(id);
      return { status: 'success', message: `template ${name} deleted` };
    },
  );
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
