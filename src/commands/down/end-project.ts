import type { DevboxError } from '../../base/errors.ts';
import { isProjectName } from '../../lifecycle/names.ts';
import type { ProjectInfo } from '../../providers/facets/projects.ts';
import type { View } from '../../ui/view.ts';
import type { CommandDeps } from '../command.ts';
import { requireFacet } from '../require-facet.ts';

/** Whether what names no box is a project whose last run is not over: its save failed, or was left unfinished. */
export async function isUnfinished(
  identifier: string,
  error: DevboxError,
  deps: CommandDeps,
): Promise<boolean> {
  return error.code === 'box/not-found' && (await unfinished(identifier, deps)) !== null;
}

/** Those that are such projects. */
export async function projectsAmong(identifiers: readonly string[], deps: CommandDeps): Promise<string[]> {
  const found: string[] = [];
  for (const identifier of identifiers) if (await unfinished(identifier, deps)) found.push(identifier);
  return found;
}

async function unfinished(identifier: string, deps: CommandDeps): Promise<ProjectInfo | null> {
  const { projects } = await deps.provider();
  if (!projects || !isProjectName(identifier)) return null;
  const all = (await projects.overview(null)).projects;
  const project = all.find(({ name }) => name === identifier);
  return project && ['saving', 'failed', 'ending'].includes(project.status) ? project : null;
}

/** Goes on with the end of such a project. */
export async function endProject(name: string, discard: boolean, deps: CommandDeps): Promise<View> {
  const save = await requireFacet(await deps.provider(), 'projects').end(name, discard);
  return {
    cards: [
      {
        title: name,
        rows: [
          { label: 'Status', value: 'ready' },
          {
            label: 'Saved',
            value: save === null ? 'nothing of this session' : `${save.id}, generation ${save.generation}`,
          },
        ],
      },
    ],
    json: { name, status: 'ready', saved: save && { id: save.id, generation: save.generation } },
    quiet: [name],
  };
}
