import * as z from 'zod/mini';
import { agrees } from '../../base/ask.ts';
import { DevboxError } from '../../base/errors.ts';
import { count } from '../../base/text.ts';
import type { ProjectInfo } from '../../providers/facets/projects.ts';
import type { View } from '../../ui/view.ts';
import { type CommandDeps, defineCommand } from '../command.ts';
import { requireFacet } from '../require-facet.ts';
import { projectFlags, projectShape } from './shape.ts';

export const deleteProject = defineCommand({
  name: 'delete_project',
  changes: true,
  summary: 'delete a project with its saved images',
  examples: [
    'devbox delete-project my-project',
    'devbox delete-project my-project force=true',
    'devbox delete-project my-project keep=true force=true',
  ],
  positionals: ['project'],
  flags: projectFlags,
  shape: {
    ...projectShape,
    keep: z.boolean().check(z.describe('leave its saved images; their ids are shown')),
    discard: z
      .boolean()
      .check(z.describe('also where saving its last session failed: what was not saved is lost')),
    force: z.boolean().check(z.describe('do not ask')),
  },
  async run({ project, keep, discard, force }, deps) {
    const projects = requireFacet(await deps.provider(), 'projects');
    const info = await projects.get(project);
    const keepImages = force ? keep : await confirm(info, keep, deps);
    const { kept } = await projects.remove(project, { keepImages, evenFailed: discard });
    return { view: view(project, kept) };
  },
});

/** Asks whether it is meant, and what is to become of the images. @returns whether they stay. */
async function confirm(info: ProjectInfo, keep: boolean, deps: CommandDeps): Promise<boolean> {
  const { name, saves } = info;
  if (!deps.interactive) throw notAsked(info);
  await deps.releaseTerminal();
  if (!(await agrees(`Delete the project ${name} (${info.status})?`, deps.context))) throw declined();
  if (keep || saves.length === 0) return keep;
  const images = `${count(saves.length, 'saved image')} of it (${saves.map(({ id }) => id).join(', ')})`;
  return !(await agrees(`Delete ${images}, too?`, deps.context));
}

function notAsked({ name, saves }: ProjectInfo): DevboxError {
  return new DevboxError('usage', 'nothing was deleted: nobody can be asked whether it is meant', {
    code: 'delete/no-terminal',
    title: 'Not Deleted',
    details: [
      { label: 'Project', value: name },
      { label: 'Saved images', value: saves.map(({ id }) => id).join(', ') || 'none' },
    ],
    hint: `If it is: devbox delete-project ${name} force=true; keep=true leaves the images.`,
  });
}

function declined(): DevboxError {
  return new DevboxError('failed', 'nothing was deleted', { code: 'delete/declined', title: 'Not Deleted' });
}

function view(project: string, kept: readonly string[]): View {
  return {
    cards: [
      {
        title: project,
        rows: [
          { label: 'Status', value: 'deleted' },
          ...(kept.length === 0 ? [] : [{ label: 'Kept', value: kept.join(', ') }]),
        ],
      },
    ],
    footer:
      kept.length === 0
        ? []
        : ['The images are yours to boot (base_ami=ID) and to delete; devbox no longer looks after them.'],
    json: { project, action: 'deleted', kept_images: kept },
    quiet: [project],
  };
}
