import { errorAt } from '../errors.ts';
import { checkText } from '../interpolation/check.ts';
import { emptyList, emptyMap, type Node, pushItem, scalar, setEntry } from '../nodes.ts';
import type { Place, Source } from '../origin.ts';
import type { Element } from './element.ts';

/**
 * The value of an override as nodes of the configuration.
 * @throws ComposeError where it holds a sweep, a null key or a bad interpolation.
 */
export function elementNode(element: Element, source: Source): Node {
  const place = placeOf(element, source);
  switch (element.kind) {
    case 'scalar':
      if (typeof element.value === 'string' && element.value.includes('${')) checkText(element.value, place);
      return scalar(element.value, place);
    case 'list': {
      const list = emptyList(place);
      for (const item of element.items) pushItem(list, elementNode(item, source));
      return list;
    }
    case 'dict': {
      const map = emptyMap(place);
      for (const [key, value] of element.entries) {
        if (key === null) throw errorAt(place, 'override/key', `a key cannot be null, in ${source.text}`);
        setEntry(map, key, elementNode(value, source));
      }
      return map;
    }
    default:
      throw errorAt(place, 'override/sweep', `a sweep cannot be part of a value, in ${source.text}`);
  }
}

function placeOf(element: Element, source: Source): Place {
  if (element.kind !== 'scalar' && element.kind !== 'list' && element.kind !== 'dict') {
    return { source, start: 0, end: source.text.length };
  }
  const scalarText = element.kind === 'scalar' ? { scalar: element.text } : {};
  const start = element.end > 0 ? element.start : source.text.indexOf('=') + 1;
  return { source, start, end: element.end > 0 ? element.end : source.text.length, ...scalarText };
}
