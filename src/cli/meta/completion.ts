import { DevboxError } from '../../base/errors.ts';
import { nearest } from '../../base/text.ts';
import { completionScripts } from '../completion/scripts.ts';
import type { MetaCommand } from './meta.ts';

const shells = Object.keys(completionScripts);

/** Prints the script that teaches a shell to complete devbox's command lines: `devbox completion bash`. */
export const completion: MetaCommand = {
  summary: `the completion script of a shell: ${shells.join(', ')}`,
  async run({ words: [shell = '', ...more] }) {
    const script = Object.hasOwn(completionScripts, shell) ? completionScripts[shell] : undefined;
    if (script === undefined || more.length > 0) throw unknownShell([shell, ...more].join(' '));
    return { view: { cards: [], raw: script, json: { shell, script }, quiet: [script.trimEnd()] } };
  },
  complete: async ({ words }) => (words.length === 0 ? shells : []),
};

function unknownShell(shell: string): DevboxError {
  const near = nearest(shell, shells);
  return new DevboxError('usage', shell === '' ? 'completion needs a shell' : `${shell}: no such shell`, {
    code: 'usage/shell-unknown',
    title: 'Usage Error',
    details: [{ label: 'There is', value: shells.join(', ') }],
    hint: `devbox completion ${near ?? 'bash'}`,
  });
}
