import { nearest } from '../../base/text.ts';
import { type ComposeError, errorAt } from '../errors.ts';
import type { YamlNode, YamlScalar } from '../yaml/graph.ts';

const keywords = ['optional', 'override'];

/** Words of a defaults list that look like its keywords and are none; a misspelled keyword is silently no keyword. */
export function lintKeywords(root: YamlNode | undefined): ComposeError[] {
  if (root?.kind !== 'mapping') return [];
  return root.pairs.flatMap(([key, value]) => {
    if (key.kind !== 'scalar' || value.kind !== 'sequence') return [];
    if (key.text === 'defaults') return value.items.flatMap(lintItem);
    return nearest(key.text, ['defaults']) === undefined ? [] : [misspelled(key, key.text, 'defaults')];
  });
}

function lintItem(item: YamlNode): ComposeError[] {
  if (item.kind === 'scalar') {
    const isNearSelf = item.text !== '_self_' && /^_*\w+_*$/.test(item.text) && /^_|_$/.test(item.text);
    return isNearSelf && nearest(item.text, ['_self_']) !== undefined
      ? [misspelled(item, item.text, '_self_')]
      : [];
  }
  const [key] = item.kind === 'mapping' ? (item.pairs[0] ?? []) : [];
  if (key?.kind !== 'scalar') return [];
  const words = key.text.split(' ').slice(0, -1);
  return words
    .filter((word) => word !== '' && !keywords.includes(word))
    .map((word) => misspelled(key, word, nearest(word, keywords)));
}

function misspelled(node: YamlScalar, word: string, meant: string | undefined): ComposeError {
  const suggestion = meant === undefined ? '' : `; did you mean ${meant}?`;
  return errorAt(node.place, 'defaults/keyword', `${word} is no keyword of a defaults list${suggestion}`, {
    path: word,
    nearest: meant,
    expected: meant === undefined ? `group: option, with ${keywords.join(' or ')} in front` : undefined,
  });
}
