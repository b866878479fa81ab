import type { Context } from '../../base/context.ts';
import { inspectConfig, listGroups } from '../../compose/index.ts';
import { groupOf, treeFiles } from './files.ts';
import { distinct, errorFinding, type Finding } from './finding.ts';
import { tryGroups } from './options.ts';
import type { CheckPlan } from './plan.ts';
import { misplaced, unreachable } from './unreachable.ts';

/** Everything wrong in the trees, and how much was looked at. */
export interface CheckResult {
  readonly findings: readonly Finding[];
  readonly files: number;
  readonly options: number;
}

/** Looks at every file of the trees by itself, and composes every option of every group. */
export async function checkConfig({ source, trees }: CheckPlan, context: Context): Promise<CheckResult> {
  const all = source.trees.flatMap(({ path: tree }) => treeFiles(tree).map((file) => ({ tree, ...file })));
  const own = all.filter(({ tree }) => trees.includes(tree));
  const read = all.filter(({ isRead }) => isRead);
  const reports = read.map((file) => ({ ...file, ...inspectConfig(source.trees, file.path, file.config) }));
  const named = new Set(reports.flatMap(({ names }) => names));
  const groups = new Set(reports.flatMap(({ config, names }) => namedFromOutside(groupOf(config), names)));
  const first = new Map(read.toReversed().map(({ config, path }) => [config, path]));
  const primary = reports.find(({ config }) => config === source.configName)?.names.map(groupOf);

  const listed = listGroups(source.trees).filter(
    ({ group }) => misplaced(group, groups) === undefined && !group.split('/').includes('node_modules'),
  );
  const tried = await tryGroups(listed, new Set(primary), source, context);
  const known = { first, primary: source.configName, named, groups, reached: tried.reached };
  return {
    findings: distinct([
      ...reports
        .filter(({ tree }) => trees.includes(tree))
        .flatMap(({ path, config, errors }) =>
          errors
            .filter(({ code }) => !isAboutNames(code) || misplaced(groupOf(config), groups) === undefined)
            .map((error) => errorFinding(error, { file: path })),
        ),
      ...tried.findings,
      ...own.flatMap((file) => unreachable(file, known, context)),
    ]),
    files: own.length,
    options: tried.options,
  };
}

/** The groups that names lead to, but for a file's own: what a folder names within itself makes no group of it. */
function namedFromOutside(own: string, names: readonly string[]): string[] {
  return names.map(groupOf).filter((group) => group !== own);
}

/** Whether an error is about the names in a defaults list, which mean nothing in the wrong place. */
function isAboutNames(code: string): boolean {
  return code === 'config/not-found' || code === 'option/unknown';
}
