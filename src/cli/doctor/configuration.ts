import type { Context } from '../../base/context.ts';
import { DevboxError } from '../../base/errors.ts';
import { count } from '../../base/text.ts';
import { checkConfig } from '../../config/check/index.ts';
import { planCheck } from '../../config/check/plan.ts';
import type { ConfigSource } from '../../config/compose.ts';
import { shortPath } from '../../config/place.ts';
import { type Finding, ok, problem } from './finding.ts';

/** The configuration trees of the project, or of the user where there is none. */
export async function checkTrees(source: ConfigSource, context: Context): Promise<Finding[]> {
  const label = 'Trees';
  try {
    const plan = await planCheck(undefined, source, context);
    const { findings, files } = await checkConfig(plan, context);
    const where = plan.trees.map((tree) => shortPath(tree, context)).join(', ');
    if (findings.length === 0)
      return [ok('trees', label, `${where}: nothing wrong in ${count(files, 'file')}`)];
    const [first] = findings;
    const found = `${where}: ${count(findings.length, 'problem')}, the first: ${first?.message ?? ''}`;
    return [problem('trees', label, found, 'devbox config check shows all of them')];
  } catch (error) {
    if (!(error instanceof DevboxError) || error.code !== 'config/nothing-to-check') throw error;
    return [ok('trees', label, 'none of your own')];
  }
}
