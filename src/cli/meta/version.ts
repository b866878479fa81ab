import { arch, platform } from 'node:os';
import { DevboxError } from '../../base/errors.ts';
import { isOverride } from '../words.ts';
import type { MetaCommand } from './meta.ts';

/** Says which devbox this is, and for what machine: `devbox v0.1.0 (linux/x64)`. */
export const version: MetaCommand = {
  summary: 'the version, with the system and the architecture it runs on',
  async run({ words, context }) {
    const extra = words.find((word) => !isOverride(word));
    if (extra !== undefined) throw takesNoWords(extra);
    const line = `devbox v${context.version} (${platform()}/${arch()})`;
    const json = { version: context.version, os: platform(), arch: arch(), node: process.versions.node };
    return { view: { cards: [], raw: line, json, quiet: [context.version] } };
  },
};

function takesNoWords(word: string): DevboxError {
  return new DevboxError('usage', `${word}: version takes no words`, {
    code: 'usage/word-unexpected',
    title: 'Usage Error',
    hint: 'devbox version',
  });
}
