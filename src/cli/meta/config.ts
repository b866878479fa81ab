import type { Context } from '../../base/context.ts';
import { DevboxError } from '../../base/errors.ts';
import { cleanLine, count } from '../../base/text.ts';
import type { Finding } from '../../config/check/finding.ts';
import { type CheckResult, checkConfig } from '../../config/check/index.ts';
import { planCheck } from '../../config/check/plan.ts';
import { shortPath } from '../../config/place.ts';
import { type Card, token } from '../../ui/card.ts';
import type { View } from '../../ui/view.ts';
import { commandNamesIn } from '../command-names.ts';
import type { MetaCommand } from './meta.ts';

/** What can be done with a configuration as a whole: `devbox config check [DIR]`, `devbox config show [COMMAND ...]`. */
export const config: MetaCommand = {
  summary:
    'check [DIR]: everything wrong in a tree, for CI too; show [COMMAND ...]: what is set, and by what',
  async run(call) {
    const {
      words: [what, directory, ...more],
      source,
      context,
    } = call;
    if (what === 'show') {
      const { configShow } = await import('./config-show.ts');
      return { view: await configShow(call.words.slice(1), call) };
    }
    if (what !== 'check' || more.length > 0) throw unknownWord(what);
    const result = await checkConfig(await planCheck(directory, source, context), context);
    return { view: checkView(result, context), exit: result.findings.length === 0 ? 0 : 2 };
  },
  complete: async ({ words, source, context }) => {
    if (words.length === 0) return ['check', 'show'];
    return words[0] === 'show' && words.length === 1 ? commandNamesIn(source, context).options() : [];
  },
};

function checkView({ findings, files, options }: CheckResult, context: Context): View {
  const looked = `${count(files, 'file')} and ${count(options, 'option')} checked`;
  return {
    cards: findings.map((finding) => findingCard(finding, context)),
    footer: [
      findings.length === 0
        ? [token('good', '✓'), ` ${looked}, nothing is wrong`]
        : `${count(findings.length, 'problem')}; ${looked}`,
    ],
    json: findings,
    quiet: findings.map((finding) => placeOf(finding, context)),
  };
}

function findingCard(finding: Finding, context: Context): Card {
  const { message, expected, job, hint } = finding;
  const row = (label: string, value: string | null) =>
    value === null ? [] : [{ label, value: cleanLine(value) }];
  return {
    title: placeOf(finding, context),
    mood: 'bad',
    rows: [
      ...row('Problem', message),
      ...row('Expected', expected),
      ...row('Composing', job),
      ...row('Next', hint),
    ],
  };
}

function placeOf({ file, line, column }: Finding, context: Context): string {
  const parts = [file === null ? 'configuration' : shortPath(file, context), line, column];
  return cleanLine(parts.filter((part) => part !== null).join(':'));
}

function unknownWord(what: string | undefined): DevboxError {
  return new DevboxError(
    'usage',
    what === undefined ? 'config needs a word' : `config ${what}: no such thing`,
    {
      code: 'usage/config-word',
      title: 'Usage Error',
      hint: 'devbox config check [DIR], devbox config show [COMMAND ...]',
    },
  );
}
