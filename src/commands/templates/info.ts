import * as z from 'zod/mini';
import { token } from '../../ui/card.ts';
import { defineCommand } from '../command.ts';
import { findTemplate, templateShape } from './find-template.ts';
import { templateView } from './view.ts';

export const templatesInfo = defineCommand({
  name: 'templates_info',
  summary: 'show a template',
  examples: ['devbox templates info pytorch', 'devbox templates info pytorch-2.1 show_env=true --json'],
  positionals: ['template'],
  shape: {
    ...templateShape,
    show_env: z
      .boolean()
      .check(z.describe('show the values of environment variables too, not only their names')),
  },
  async run({ template: identifier, show_env: showEnv }, deps) {
    const { item, templates } = await findTemplate(identifier, deps);
    const template = await templates.get(item.id);
    const next = `devbox deploy --name NAME --template ${template.name}`;
    return { view: templateView(template, showEnv, [['Use it: ', token('command', next)]]) };
  },
});
