import { token } from '../../ui/card.ts';
import { defineCommand } from '../command.ts';
import { requireFacet } from '../require-facet.ts';
import { projectFlags, projectShape } from './shape.ts';
import { saveJson } from './view.ts';

export const snapshot = defineCommand({
  name: 'snapshot',
  changes: true,
  summary: 'save the disk of a project now, while its box runs on',
  examples: ['devbox snapshot my-project'],
  positionals: ['project'],
  flags: projectFlags,
  shape: projectShape,
  async run({ project }, deps) {
    const save = await requireFacet(await deps.provider(), 'projects').snapshot(project);
    return {
      view: {
        cards: [
          {
            title: project,
            rows: [
              { label: 'Saved', value: save.id },
              { label: 'Generation', value: String(save.generation) },
              ...(save.savedAt === null ? [] : [{ label: 'At', value: save.savedAt }]),
            ],
          },
        ],
        footer: [
          'It holds what was on the disk, as after a power cut; what programs had not written is not in it.',
          [token('dim', 'Saves: '), token('command', `devbox images project=${project} api=aws`)],
        ],
        json: { project, ...saveJson(save) },
        quiet: [save.id],
      },
    };
  },
});
