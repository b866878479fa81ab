import { statSync } from 'node:fs';
import { count } from '../../base/text.ts';
import { shortPath } from '../../config/place.ts';
import { token } from '../../ui/card.ts';
import type { InfoCall, Section } from './section.ts';

/**
 * The trees in which configuration is looked up, first match wins. JSON: `primary_config`, `project` (null, or its
 * `directory` and its `overrides`) and `searchpath`, a list of `path`, `from` and `present`.
 */
export function searchPathSection({ source, context }: InfoCall): Section {
  const trees = source.trees.map(({ path, label }) => ({ path, from: label, present: isFolder(path) }));
  const { project, configName } = source;
  const overrides = project?.overrides ?? [];
  return {
    cards: [
      {
        title: 'Search Path',
        rows: [
          { label: 'Primary', value: configName },
          ...(project === undefined
            ? []
            : [{ label: 'Project', value: `${project.directory} (${count(overrides.length, 'override')})` }]),
        ],
        table: {
          columns: ['From', 'Directory', 'Present'],
          rows: trees.map(({ path, from, present }) => [
            from,
            [token('path', shortPath(path, context))],
            present ? 'yes' : [token('dim', 'no')],
          ]),
        },
      },
    ],
    json: {
      primary_config: configName,
      project: project === undefined ? null : { directory: project.directory, overrides },
      searchpath: trees,
    },
    quiet: trees.map(({ path }) => path),
  };
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
