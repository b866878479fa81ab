import { DevboxError } from '../../base/errors.ts';

/** What `devbox trust` was asked to do. */
export interface TrustWords {
  readonly directory: string | undefined;
  readonly yes: boolean;
  readonly revoke: boolean;
  readonly list: boolean;
}

/** @throws DevboxError of kind `usage` for words that it does not know. */
export function readTrustWords(words: readonly string[], rest: readonly string[] | undefined): TrustWords {
  const said = { yes: false, revoke: false, list: false };
  const directories: string[] = [...(rest ?? [])];
  for (const word of words) {
    const [, key, value] = /^(yes|revoke|list)=(true|false)$/.exec(word) ?? [];
    if (key === 'yes' || key === 'revoke' || key === 'list') said[key] = value === 'true';
    else if (/^[a-z_]+=/.test(word)) throw unknown(word);
    else directories.push(word);
  }
  if (directories.length > 1) throw unknown(directories[1] ?? '');
  return { directory: directories[0], ...said };
}

function unknown(word: string): DevboxError {
  return new DevboxError('usage', `${word}: trust takes a directory, yes=true, revoke=true and list=true`, {
    code: 'usage/word-unexpected',
    title: 'Usage Error',
    hint: 'devbox trust shows what the project here contains, and asks.',
  });
}
