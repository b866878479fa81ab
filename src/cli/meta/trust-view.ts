import type { Context } from '../../base/context.ts';
import { cleanLine, count } from '../../base/text.ts';
import { shortPath } from '../../config/place.ts';
import { findProject, type Project } from '../../config/project.ts';
import type { ProjectFile } from '../../config/trust/files.ts';
import { placeOf, type Verdict, verdictOn } from '../../config/trust/guard.ts';
import { readTrust, type TrustRecord } from '../../config/trust/store.ts';
import type { Survey } from '../../config/trust/survey.ts';
import { type Row, token } from '../../ui/card.ts';
import type { View } from '../../ui/view.ts';

/** A project with everything that its card shows. */
export interface FoundProject extends Survey {
  readonly project: Project;
  readonly files: readonly ProjectFile[];
  readonly verdict: Verdict;
  readonly record: TrustRecord | undefined;
}

/** Most files that a card lists by name; `--json` has them all. */
const maxFilesShown = 40;

/** What a project contains, and what in it needs trust. */
export function projectView(found: FoundProject, context: Context): View {
  const { project, files, verdict, record, findings, problems } = found;
  const shownFiles = files.slice(0, maxFilesShown).map(({ path }) => shortPath(path, context));
  const more = files.length - shownFiles.length;
  const rows: Row[] = [
    { label: 'Trust', value: [token(verdict === 'trusted' ? 'good' : 'busy', verdictText(verdict, record))] },
    ...[...shownFiles, ...(more > 0 ? [`and ${count(more, 'file')} more`] : [])].map((path, index) => ({
      label: index === 0 ? 'Files' : '',
      value: cleanLine(path),
    })),
    ...findings.flatMap((finding): Row[] => [
      { label: 'Needs trust', value: cleanLine(finding.what.replace(/^the project /, 'it '), 300) },
      ...placeOf(finding, project, context),
    ]),
    ...problems.map((value) => ({ label: 'Not composed', value })),
    ...(findings.length + problems.length === 0
      ? [{ label: 'Needs trust', value: 'nothing that it does now' }]
      : []),
  ];
  return {
    cards: [{ title: cleanLine(project.directory), rows }],
    json: {
      directory: project.directory,
      trust: verdict,
      since: record?.since ?? null,
      files: files.map(({ path }) => path),
      needs_trust: findings.map((finding) => ({
        what: finding.what,
        ...Object.fromEntries(
          placeOf(finding, project, context).map(({ label, value }) => [
            label.toLowerCase().replace(' ', '_'),
            value,
          ]),
        ),
      })),
      not_composed: problems,
    },
    quiet: [project.directory],
  };
}

/** What is shown after a yes at the terminal. */
export function trustedView(project: Project, since: string): View {
  return {
    cards: [
      { title: cleanLine(project.directory), rows: [{ label: 'Trust', value: [token('good', 'given')] }] },
    ],
    footer: ['It ends when a file of the configuration changes.'],
    json: { directory: project.directory, trust: 'trusted', since },
    quiet: [project.directory],
  };
}

/** All directories that are trusted. */
export async function listView(context: Context): Promise<View> {
  const records = await Promise.all(
    readTrust(context).map(async (record) => ({ ...record, state: await stateOf(record) })),
  );
  return {
    cards: records.map(({ directory, since, state }) => ({
      title: cleanLine(directory),
      rows: [
        { label: 'Since', value: cleanLine(since, 40) },
        { label: 'State', value: state },
      ],
    })),
    footer: [count(records.length, 'trusted directory', 'trusted directories')],
    json: records.map(({ directory, since, state }) => ({ directory, since, state })),
    quiet: records.map(({ directory }) => directory),
  };
}

async function stateOf(record: TrustRecord): Promise<string> {
  try {
    const project = await findProject(record.directory);
    if (project?.directory !== record.directory) return 'there is no project any more';
    return verdictOn(project, record) === 'trusted' ? 'as it was' : 'changed, no longer trusted';
  } catch {
    return 'cannot be read, no longer trusted';
  }
}

function verdictText(verdict: Verdict, record: TrustRecord | undefined): string {
  if (verdict === 'trusted') return `given${record ? `, ${cleanLine(record.since, 40)}` : ''}`;
  return verdict === 'changed' ? 'ended: the configuration has changed since it was given' : 'not given';
}
