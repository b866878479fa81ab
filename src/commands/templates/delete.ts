import { defineCommand } from '../command.ts';
import { confirmDeletion, forceShape } from '../confirm-deletion.ts';
import { findTemplate, templateShape } from './find-template.ts';

export const templatesDelete = defineCommand({
  name: 'templates_delete',
  changes: true,
  summary: 'delete a template; boxes made from it stay',
  examples: ['devbox templates delete mine', 'devbox templates delete mine --force'],
  positionals: ['template'],
  shape: { ...templateShape, ...forceShape },
  async run({ template: typed, force }, deps) {
    const { item, templates, isExact } = await findTemplate(typed, deps);
    const what = `the template ${item.name} (${item.id})`;
    await confirmDeletion({ what, typed, isExact, exactly: `template=${item.id}`, force }, deps);
    await templates.remove(item.id);
    return {
      view: {
        cards: [
          {
            title: item.name,
            rows: [
              { label: 'ID', value: item.id },
              { label: 'Status', value: 'deleted' },
            ],
          },
        ],
        json: { uuid: item.id, name: item.name, action: 'deleted' },
        quiet: [item.id],
      },
    };
  },
});
