import * as z from 'zod/mini';
import { DevboxError } from '../../base/errors.ts';
import { token } from '../../ui/card.ts';
import { defineCommand } from '../command.ts';
import { requireFacet } from '../require-facet.ts';
import { changeFrom, fieldsFlags, fieldsShape } from './fields.ts';
import { findTemplate, templateShape } from './find-template.ts';
import { templateView } from './view.ts';

const name = z.string().check(z.regex(/\S/, 'a name'), z.maxLength(100, 'at most 100 characters'));
const image = z.string().check(z.regex(/^\S+$/, 'an image, such as ghcr.io/team/image:tag'));

export const templatesCreate = defineCommand({
  name: 'templates_create',
  changes: true,
  summary: 'make a template',
  examples: [
    'devbox templates create mine --image ghcr.io/team/image:1 --ports 8080,8888 --env A=1',
    'devbox templates create --name mine --image quay.io/team/image --registry quay.io --registry-username me --registry-password-stdin < FILE',
  ],
  positionals: ['name'],
  flags: fieldsFlags,
  shape: {
    name: name.check(z.describe('what it is called')),
    image: image.check(z.describe('the image of its boxes')),
    ...fieldsShape,
  },
  async run(config, deps) {
    const templates = requireFacet(await deps.provider(), 'templates');
    const change = await changeFrom(config, deps);
    const template = await templates.create({ name: config.name, image: config.image, ...change });
    const next = `devbox deploy --name NAME --template ${template.name}`;
    return { view: templateView(template, false, [['Use it: ', token('command', next)]]) };
  },
});

export const templatesEdit = defineCommand({
  name: 'templates_edit',
  changes: true,
  summary: 'change a template; what is not said stays',
  examples: [
    'devbox templates edit mine --image ghcr.io/team/image:2',
    "devbox templates edit mine description='' memory=16",
  ],
  positionals: ['template'],
  flags: fieldsFlags,
  shape: {
    ...templateShape,
    name: z.nullable(name).check(z.describe('its new name')),
    image: z.nullable(image).check(z.describe('its new image')),
    clear_env: z.boolean().check(z.describe('take all its environment variables away')),
    clear_memory: z.boolean().check(z.describe('leave the memory of boxes to the server')),
    ...fieldsShape,
  },
  async run(config, deps) {
    const { item, templates } = await findTemplate(config.template, deps);
    const change = {
      ...(config.name === null ? {} : { name: config.name }),
      ...(config.image === null ? {} : { image: config.image }),
      ...(config.clear_env ? { env: {} } : {}),
      ...(config.clear_memory ? { memoryGb: null } : {}),
      ...(await changeFrom(config, deps)),
    };
    if (Object.keys(change).length === 0) throw nothingToChange(item.name);
    return { view: templateView(await templates.edit(item.id, change), false) };
  },
});

function nothingToChange(name: string): DevboxError {
  return new DevboxError('usage', `nothing to change in the template ${name} was said`, {
    code: 'templates/no-change',
    title: 'Usage Error',
    hint: 'devbox help templates_edit shows what can be changed.',
  });
}
