import { nearest } from '../../base/text.ts';
import { ApiProblem } from '../problem.ts';

interface Named {
  readonly id: string;
  readonly name: string;
}

/**
 * The one thing that a text of a create request means: its id, else its name, else the only name that begins so. Upper
 * and lower case of a name are the same.
 * @param what the kind of thing, as in `there is no template "x"`.
 * @param field the key of the request that named it.
 * @throws ApiProblem 422 where none or several are meant, with the candidates.
 */
export function findNamed<T extends Named>(
  text: string,
  items: readonly T[],
  what: string,
  field: string,
): T {
  const wanted = text.trim();
  const lower = wanted.toLowerCase();
  const matches: readonly ((item: T) => boolean)[] = [
    ({ id }) => id === wanted,
    ({ name }) => name === wanted,
    ({ name }) => name.toLowerCase() === lower,
    ({ name }) => lower !== '' && name.toLowerCase().startsWith(lower),
  ];
  for (const match of matches) {
    const found = items.filter(match);
    const [one] = found;
    if (one && found.length === 1) return one;
    if (found.length > 1) {
      throw problem(
        field,
        'ambiguous',
        `${what} ${JSON.stringify(text)} could be ${list(found.map(describe))}`,
      );
    }
  }
  const names = items.map(({ name }) => name);
  const near = nearest(wanted, names);
  const help = near
    ? `did you mean ${near}?`
    : names.length > 0
      ? `there is ${list(names)}`
      : 'there is none';
  throw problem(field, 'unavailable', `there is no ${what} ${JSON.stringify(text.slice(0, 80))}; ${help}`);
}

const describe = ({ id, name }: Named): string => `${name} (${id})`;

/** Names in a row, ten at most. */
function list(names: readonly string[]): string {
  const shown = names.slice(0, 10).join(', ');
  return names.length > 10 ? `${shown} and ${names.length - 10} more` : shown;
}

/** A create request that cannot be fulfilled for one of its fields. */
export function problem(field: string, code: string, message: string): ApiProblem {
  return new ApiProblem(422, code, message, { [field]: [message] });
}
