import type { Context } from '../../base/context.ts';
import { cleanLine } from '../../base/text.ts';
import { ComposeError, listGroups } from '../../compose/index.ts';
import { type ConfigFlags, type ConfigSource, composeConfig } from '../compose.ts';
import type { Project } from '../project.ts';
import { type ConfigTree, searchPath } from '../search-path.ts';
import { type Finding, findingsIn, readFinding } from './findings.ts';
import { foreignTo } from './foreign.ts';

/** What a project would do that needs trust, as far as composing all that it contains can tell. */
export interface Survey {
  readonly findings: readonly Finding[];
  /** What does not compose, and why; in there could be anything. */
  readonly problems: readonly string[];
}

/** Compositions that are looked at, at most. */
const maxCompositions = 200;

/**
 * Composes a project alone and with each option that it brings, sends and runs nothing, and collects what would be
 * refused without trust.
 */
export function survey(project: Project, flags: ConfigFlags, context: Context): Survey {
  const trees = searchPath(flags, project, context);
  const foreign = foreignTo(project, trees);
  const findings = new Map<string, Finding>();
  const problems = new Set<string>();
  const note = (finding: Finding): void => {
    const { origin } = finding;
    const where = origin && (origin.kind === 'file' ? `${origin.file}:${origin.line}` : origin.override);
    findings.set(JSON.stringify([finding.what, where, finding.file]), finding);
  };
  const source: ConfigSource = {
    trees,
    configName: flags.configName,
    project,
    guard: {
      mayRead: (read, by) => {
        const finding = readFinding(read, by, foreign);
        if (finding) note(finding);
      },
      check: () => undefined,
    },
  };
  const look = (overrides: readonly string[]): void => {
    const excuse = (error: unknown): void => {
      if (!(error instanceof ComposeError)) throw error;
      // What is only missing, such as a variable, does not keep anything from view.
      if (!error.code.startsWith('interpolation/')) {
        problems.add(cleanLine([...overrides, error.message].join(': '), 300));
      }
    };
    try {
      const composition = composeConfig(source, overrides, context);
      findingsIn(composition, foreign, context, false, excuse).forEach(note);
    } catch (error) {
      excuse(error);
    }
  };
  look([]);
  for (const override of ownOptions(trees, foreign.owns).slice(0, maxCompositions)) look([override]);
  return { findings: [...findings.values()], problems: [...problems] };
}

/** The options that a project brings, as overrides that choose them. */
function ownOptions(trees: readonly ConfigTree[], owns: (file: string) => boolean): string[] {
  return listGroups(trees).flatMap(({ group, options }) =>
    options.filter(({ file }) => owns(file)).map(({ name }) => `${group}=${name}`),
  );
}
