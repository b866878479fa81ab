import { DevboxError } from '../base/errors.ts';
import type { Kind } from '../commands/shape.ts';
import { ComposeError, parseOverride } from '../compose/index.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** A flag of a command as it was given. */
export interface GivenFlag {
  /** As typed, for errors: `--env`, `-n`. */
  readonly flag: string;
  readonly value: string;
}

/**
 * The override that flags of one key stand for.
 * @param given all of them in their order; more than one only for a list and for pairs.
 * @throws DevboxError of kind `usage` for a pair whose variable is not set.
 */
export function flagOverride(key: string, reading: Kind, given: readonly GivenFlag[], env: Env): string {
  switch (reading) {
    case 'list':
      return `${key}=[${given.flatMap(({ value }) => items(value)).join(',')}]`;
    case 'pair':
      return `${key}={${given.map((each) => pairs(each, env)).join(',')}}`;
    case 'text':
      return `${key}=${quoteValue(given[0]?.value ?? '')}`;
    case 'value':
    case 'switch':
      return `${key}=${asValue(given[0]?.value ?? '')}`;
  }
}

/** `a,b` and `[a,b]` are the same list. */
function items(value: string): string[] {
  const inside = /^\s*\[(.*)\]\s*$/s.exec(value)?.[1] ?? value;
  return inside.trim() === '' ? [] : inside.split(',').map((item) => quoteValue(item.trim()));
}

/** `NAME=VALUE`, `NAME` with the value of the environment, or a mapping in the grammar of overrides. */
function pairs({ flag, value }: GivenFlag, env: Env): string {
  const mapping = /^\s*\{(.*)\}\s*$/s.exec(value)?.[1];
  if (mapping !== undefined) return mapping;
  const [, name = '', equals, text = ''] = /^([^=]*)(=?)(.*)$/s.exec(value) ?? [];
  if (!/^[^\s'"=]+$/.test(name)) throw noPair(flag, `${flag} ${name}: there is no name before the =`);
  const said = equals === '=' ? text : env[name];
  if (said === undefined) throw noPair(flag, `${flag} ${name}: the environment has no variable ${name}`);
  return `${name.replace(/[\\()[\]{}:,]/g, '\\$&')}:${quoteValue(said)}`;
}

function noPair(flag: string, problem: string): DevboxError {
  return new DevboxError('usage', problem, {
    code: 'usage/flag-pair',
    title: 'Usage Error',
    hint: `Write ${flag} NAME=VALUE, or set the variable and write ${flag} NAME.`,
  });
}

/** The value of a flag as that of an override: as it stands where the grammar can read it, else as text. */
function asValue(value: string): string {
  try {
    parseOverride(`key=${value}`);
    return value;
  } catch (error) {
    if (!(error instanceof ComposeError)) throw error;
    return quoteValue(value);
  }
}

/** A word as the value of an override, quoted where the grammar would read it as something else. */
export function quoteValue(value: string): string {
  if (/^[\w./:@%-]+$/.test(value) && !/^(null|true|false)$/i.test(value)) return value;
  // What would be an interpolation is text here.
  const literal = value.replace(/(\\*)\$\{/g, '$1$1\\${');
  return `'${literal.replace(/(\\*)'/g, "$1$1\\'").replace(/(\\+)$/, '$1$1')}'`;
}
