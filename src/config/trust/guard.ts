import type { Context } from '../../base/context.ts';
import { type Detail, DevboxError } from '../../base/errors.ts';
import { redact } from '../../base/redact.ts';
import { cleanLine } from '../../base/text.ts';
import type { Composition, ReadGuard } from '../../compose/index.ts';
import { describeOrigin, shortPath } from '../place.ts';
import type { Project } from '../project.ts';
import type { ConfigTree } from '../search-path.ts';
import { fingerprint, projectFiles } from './files.ts';
import { type Finding, findingsIn, readFinding } from './findings.ts';
import { foreignTo } from './foreign.ts';
import { type TrustRecord, trustOf } from './store.ts';

/** Stands between a project that was found and everything that a configuration can do. */
export interface Guard {
  /** @throws DevboxError `config/untrusted` for what the project's interpolations may not read. */
  readonly mayRead: ReadGuard;
  /**
   * @param hasRest whether there are words after `--`.
   * @throws DevboxError `config/untrusted` that names what the project must not decide, and where it does.
   */
  check(composition: Composition, hasRest: boolean): void;
}

/** Whether a project is trusted as it is now. */
export type Verdict = 'trusted' | 'changed' | 'unknown';

/** The guard over a project. It looks for the user's trust only when that matters. */
export function guardOver(
  project: Project,
  trees: readonly ConfigTree[],
  context: Pick<Context, 'cwd' | 'paths'>,
): Guard {
  const foreign = foreignTo(project, trees);
  let known: Verdict | undefined;
  const verdict = (): Verdict => {
    known ??= verdictOn(project, trustOf(project.directory, context));
    return known;
  };
  const judge = (findings: readonly Finding[]): void => {
    const counted = findings.filter((finding) => finding.always || verdict() !== 'trusted');
    if (counted.length > 0) throw refusal(counted, project, verdict(), context);
  };
  return {
    mayRead(read, by) {
      const finding = readFinding(read, by, foreign);
      if (finding) judge([finding]);
    },
    check: (composition, hasRest) => judge(findingsIn(composition, foreign, context, hasRest)),
  };
}

/** Holds a project against what was trusted of it. */
export function verdictOn(project: Project, record: TrustRecord | undefined): Verdict {
  if (record === undefined) return 'unknown';
  return record.fingerprint === fingerprint(project, projectFiles(project)) ? 'trusted' : 'changed';
}

/** Most findings that a card shows. */
const maxShown = 10;

function refusal(
  findings: readonly Finding[],
  project: Project,
  verdict: Verdict,
  context: Pick<Context, 'cwd' | 'paths'>,
): DevboxError {
  const [first, ...others] = findings;
  const always = findings.find((finding) => finding.always);
  const about = always ?? first;
  return new DevboxError('usage', cleanLine(about?.what ?? '', 300), {
    code: always ? 'config/outside' : verdict === 'changed' ? 'config/trust-changed' : 'config/untrusted',
    title: always ? 'Configuration Error' : 'Not Trusted',
    details: [
      { label: 'Project', value: project.directory },
      ...(about ? placeOf(about, project, context) : []),
      ...others
        .slice(0, maxShown)
        .flatMap((finding) => [
          { label: 'Also', value: cleanLine(finding.what, 300) },
          ...placeOf(finding, project, context),
        ]),
      ...(verdict === 'changed' && !always
        ? [{ label: 'Trust', value: 'you trusted this project, but its configuration has changed since' }]
        : []),
    ],
    hint: always
      ? 'Put the file into a tree of the project.'
      : 'Nothing was sent or run. Look at what the project contains, and trust it: devbox trust',
  });
}

/** Where a finding was written, and as what. */
export function placeOf(
  finding: Finding,
  project: Pick<Project, 'rcFile'>,
  context: Pick<Context, 'cwd' | 'paths'>,
): Detail[] {
  const { origin } = finding;
  const text = origin?.text;
  const file = finding.file ?? (origin?.kind === 'override' ? project.rcFile : undefined);
  return [
    ...(text === undefined ? [] : [{ label: 'Value', value: cleanLine(redact(text), 200) }]),
    ...(origin ? [{ label: 'Set by', value: cleanLine(describeOrigin(origin, context), 300) }] : []),
    ...(file === undefined ? [] : [{ label: 'File', value: shortPath(file, context) }]),
  ];
}
